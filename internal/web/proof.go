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
func (s *Server) checkpoint(*visit) (*representation, error) {
	signed, _ := s.library.Checkpoint()
	return proofText(signed)
}

// publicKey serves GET /.well-known/tallystick-key: the public line by which checkpoints are verified.
func (s *Server) publicKey(*visit) (*representation, error) {
	_, public := s.library.Checkpoint()
	if public != "" {
		public += "\n"
	}
	return proofText(public)
}

func proofText(text string) (*representation, error) {
	if text == "" {
		return nil, fmt.Errorf("log of releases: %w", stat.ErrNotFound)
	}
	rep := represent([]byte(text), plainType, revalidate)
	rep.open, rep.policy = true, filePolicy
	return rep, nil
}
