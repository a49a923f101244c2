package web

import (
	"bytes"
	"fmt"

	"tallystick/internal/stat"
)

const plainType = "text/plain; charset=utf-8"

// kit serves GET /releases/:release/kit.zip: the release with the proof that its publisher signed it, for whoever
// wants to check it without the site.
func (s *Server) kit(v *visit) (*representation, error) {
	var b bytes.Buffer
	if err := v.rel.Kit(&b); err != nil {
		return nil, err
	}
	rep := represent(b.Bytes(), "application/zip", forEver)
	rep.open, rep.policy, rep.attachment = true, filePolicy, true
	rep.filename = "release-" + v.rel.ID() + ".zip"
	return rep, nil
}

// checkpoint serves GET /.well-known/tallystick-checkpoint: the signed head of the log of releases. Whoever keeps
// one can show later that nothing before it was changed.
func (s *Server) checkpoint(v *visit) (*representation, error) {
	signed, _ := v.checkpoints()
	return v.proofText(signed)
}

// publicKey serves GET /.well-known/tallystick-key: the public line by which checkpoints are verified.
func (s *Server) publicKey(v *visit) (*representation, error) {
	_, public := v.checkpoints()
	if public != "" {
		public += "\n"
	}
	return v.proofText(public)
}

// checkpoints is the newest head of the log with its key, or for a pinned address those right after its release.
func (v *visit) checkpoints() (signed, public string) {
	if v.pinned {
		return v.rel.Checkpoint()
	}
	return v.issued.Checkpoint()
}

func (v *visit) proofText(text string) (*representation, error) {
	if text == "" {
		return nil, fmt.Errorf("log of releases: %w", stat.ErrNotFound)
	}
	rep := represent([]byte(text), plainType, v.caching())
	rep.open, rep.policy = true, filePolicy
	return rep, nil
}
