package release

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tallystick/internal/stat"
)

// Checkpoint is the signed head of a log: how many entries it has, and the hash over all of them. Its text has
// three lines, our origin first, so that it cannot be taken for the head of another kind of log.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Signed string // the whole signed text, as it is printed and handed out
}

// text is what is signed.
func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// signCheckpoint signs a head with every key given.
func signCheckpoint(size int64, root tlog.Hash, keys ...*Key) (Checkpoint, error) {
	c := Checkpoint{Origin: keys[0].Name(), Size: size, Root: root}
	var signers []note.Signer
	for _, k := range keys {
		signers = append(signers, k.signer)
	}
	signed, err := note.Sign(&note.Note{Text: c.text()}, signers...)
	if err != nil {
		return c, fmt.Errorf("sign checkpoint: %w", err)
	}
	c.Signed = string(signed)
	return c, nil
}

// ParseCheckpoint reads a signed checkpoint and verifies that it has the signature of the first public key, and
// no signature by a key that is not given. Every byte counts: a text that decodes to the same but is written
// otherwise is refused.
func ParseCheckpoint(signed string, public ...string) (Checkpoint, error) {
	var verifiers []note.Verifier
	for _, p := range public {
		v, err := note.NewVerifier(p)
		if err != nil {
			return Checkpoint{}, fmt.Errorf("%q is not a public key made by tallystick key: %w", p, stat.ErrInvalid)
		}
		verifiers = append(verifiers, v)
	}
	if len(verifiers) == 0 {
		return Checkpoint{}, fmt.Errorf("no public key to verify the checkpoint with: %w", stat.ErrInvalid)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the checkpoint is not signed by %s: %w", verifiers[0].Name(), stat.ErrInvalid)
	}
	byFirst := slices.ContainsFunc(n.Sigs, func(s note.Signature) bool {
		return s.Name == verifiers[0].Name() && s.Hash == verifiers[0].KeyHash()
	})
	if !byFirst || len(n.UnverifiedSigs) > 0 {
		return Checkpoint{}, fmt.Errorf("the checkpoint has other signatures than that of %s: %w", verifiers[0].Name(), stat.ErrInvalid)
	}
	for _, s := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, fmt.Errorf("the signature of the checkpoint is not in canonical form: %w", stat.ErrInvalid)
		}
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifiers[0].Name() {
		return Checkpoint{}, fmt.Errorf("the checkpoint has not the three lines of a log of %s: %w", verifiers[0].Name(), stat.ErrInvalid)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("the size of the checkpoint is %q: %w", lines[1], stat.ErrInvalid)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("the root of the checkpoint is %q: %w", lines[2], stat.ErrInvalid)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root, Signed: signed}
	if c.text() != n.Text {
		return Checkpoint{}, fmt.Errorf("the checkpoint is not in canonical form: %w", stat.ErrInvalid)
	}
	return c, nil
}
