package publish

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tallystick/internal/stat"
)

// A commitment stands in a manifest where the checksum of an export would let small counts be guessed. It fixes the bytes
// as the checksum does and tells nothing of them: it is the HMAC-SHA-256 of the checksum, in hexadecimal digits, under a
// salt of 32 bytes that follows from the installation's secret and is shown to auditors alone.

// Opening is what an auditor is shown beside the export. It must be kept as the export is: whoever has it can try counts
// against the commitment.
type Opening struct {
	Batch      string `json:"batch"`
	File       string `json:"file"`
	Salt       string `json:"salt"`       // hexadecimal digits
	Commitment string `json:"commitment"` // as the manifests have it
}

// Open gives the opening of the commitment to a batch's export. It returns stat.ErrInvalid for a secret that is not of 32
// bytes: a commitment under a weaker one could be guessed like a checksum.
func Open(b stat.Batch, secret []byte) (Opening, error) {
	if len(secret) != sha256.Size {
		return Opening{}, fmt.Errorf("a commitment needs a secret of %d bytes, not of %d: %w", sha256.Size, len(secret), stat.ErrInvalid)
	}
	if len(b.SHA256) != 2*sha256.Size {
		return Opening{}, fmt.Errorf("batch %s has no checksum to commit to: %w", b.ID, stat.ErrInvalid)
	}
	salt := keyed(secret, "the salt of "+b.ID+" "+b.SHA256)
	return Opening{b.ID, b.File, hex.EncodeToString(salt), hex.EncodeToString(keyed(salt, b.SHA256))}, nil
}

// Opens reports whether the opening shows that a commitment is to an export with the checksum. It needs no secret.
func (o Opening) Opens(commitment, sum string) bool {
	salt, err := hex.DecodeString(o.Salt)
	return err == nil && len(salt) == sha256.Size && len(sum) == 2*sha256.Size && commitment != "" &&
		hex.EncodeToString(keyed(salt, sum)) == commitment
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
