package release

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/note"

	"tallystick/internal/stat"
)

// Key signs the checkpoints of a log. It is an Ed25519 key in the form of golang.org/x/mod/sumdb/note, whose
// name is the origin of the log: a host name, say.
type Key struct {
	signer note.Signer
	public string
}

// GenerateKey makes a key from a source of randomness: the secret line for the publisher's key file, and the
// public line by which everybody verifies.
func GenerateKey(random io.Reader, name string) (secret, public string, err error) {
	if name == "" || strings.ContainsAny(name, "+ \t\r\n") || !fs.ValidPath(name) {
		return "", "", fmt.Errorf("%q cannot be the name of a key; a host name can: %w", name, stat.ErrInvalid)
	}
	return note.GenerateKey(random, name)
}

// ParseKey reads the secret line of a key.
func ParseKey(secret string) (*Key, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("the text is not a signing key made by tallystick key: %w", stat.ErrInvalid)
	}
	// PRIVATE+KEY+name+hash+data, where data is base64 and may hold a + itself.
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("the text is not a signing key made by tallystick key: %w", stat.ErrInvalid)
	}
	pair := ed25519.NewKeyFromSeed(seed[1:])
	public, err := note.NewEd25519VerifierKey(signer.Name(), pair.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	return &Key{signer, public}, nil
}

// LoadKey reads a key file. It returns stat.ErrNotFound if there is none, and stat.ErrInvalid for a file that
// others than its owner may read.
func LoadKey(path string) (*Key, error) {
	data, err := readRegular(path, 4096)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&0o077 != 0 {
		return nil, fmt.Errorf("the key file %s can be read by others (mode %v); set it to 0600: %w",
			path, info.Mode().Perm(), stat.ErrInvalid)
	}
	k, err := ParseKey(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// CreateKey makes a key and writes its secret line to a new file that only its owner can read. It returns
// stat.ErrConflict if the file is there already: a key is never overwritten.
func CreateKey(random io.Reader, path, name string) (*Key, error) {
	secret, _, err := GenerateKey(random, name)
	if err != nil {
		return nil, err
	}
	if err := writeSynced(path, []byte(secret+"\n"), 0o600); err != nil {
		if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.EEXIST) {
			return nil, fmt.Errorf("there is a key in %s: %w", path, stat.ErrConflict)
		}
		return nil, err
	}
	return ParseKey(secret)
}

// Public is the line by which everybody verifies what the key signed.
func (k *Key) Public() string { return k.public }

// Name is the origin of the logs that the key signs.
func (k *Key) Name() string { return k.signer.Name() }
