package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"tallystick/internal/publish"
	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

func commitmentCommand() command {
	return command{
		name:    "commitment",
		args:    "open BATCH | check OPENING EXPORT RELEASE",
		summary: "show an auditor that a release was made from an export whose checksum it leaves out",
		example: "tallystick commitment open b0007 > opening.json\n" +
			"tallystick commitment check opening.json child-welfare.csv var/releases/2026-11-24",
		setup: func(*flag.FlagSet) func(context.Context, *program, []string) error {
			return func(ctx context.Context, p *program, args []string) error {
				switch {
				case len(args) == 2 && args[0] == "open":
					return p.openCommitment(ctx, args[1])
				case len(args) == 4 && args[0] == "check":
					return p.checkCommitment(args[1], args[2], args[3])
				}
				return usageError("commitment knows: open BATCH, and check OPENING EXPORT RELEASE (a folder or a kit)")
			}
		},
	}
}

// openCommitment prints the opening for the export of a batch. It is for the owner of the installation.
func (p *program) openCommitment(ctx context.Context, batch string) error {
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return err
	}
	defer wh.Close()
	batches, err := wh.Batches(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(batches, func(b stat.Batch) bool { return b.ID == batch })
	if at < 0 {
		return fmt.Errorf("batch %s: %w", batch, stat.ErrNotFound)
	}
	secret, err := p.secret()
	if err != nil {
		return err
	}
	opening, err := publish.Open(batches[at], secret)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, "show this to the auditor alone: with it, small counts can be tried against the commitment")
	return writeJSON(p.stdout, opening)
}

// checkCommitment verifies a sealed release, offline, and that its commitment is to the export.
func (p *program) checkCommitment(openingFile, export, sealed string) error {
	var opening publish.Opening
	text, err := os.ReadFile(openingFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &opening); err != nil {
		return rejected{fmt.Sprintf("%s is not an opening: %v", openingFile, err)}
	}
	f, err := os.Open(export)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	info, err := os.Stat(sealed)
	if err != nil {
		return err
	}
	var issues []stat.Issue
	var m stat.Manifest
	if info.IsDir() {
		issues, m, err = release.Verify(sealed)
	} else {
		issues, m, err = release.VerifyKit(sealed, p.trusted(""))
	}
	if err != nil {
		return err
	}
	if len(issues) > 0 {
		printIssues(p.stdout, issues)
		return rejected{"the release is not as it was sealed"}
	}
	at := slices.IndexFunc(m.Batches, func(b stat.Batch) bool { return b.ID == opening.Batch })
	if at < 0 || m.Batches[at].Commitment == "" {
		return rejected{fmt.Sprintf("release %s has no commitment to batch %s", m.ID, opening.Batch)}
	}
	if !opening.Opens(m.Batches[at].Commitment, hex.EncodeToString(sum.Sum(nil))) {
		return rejected{fmt.Sprintf("the commitment of release %s to batch %s is not to %s", m.ID, opening.Batch, export)}
	}
	fmt.Fprintf(p.stdout, "release %s was made from %s: the commitment of batch %s is to its %d bytes\n", m.ID, export, opening.Batch,
		size)
	return nil
}
