package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/publish"
	"tallystick/internal/stat"
)

func draftCommand() command {
	return command{
		name:    "draft",
		args:    "[show | approve [CHECKSUM] | drop]",
		summary: "compute a release and keep what it would change; show it, approve it, drop it",
		example: "tallystick draft -by ann -reason 'The Judicial Branch sent 2015.' -at 2026-12-01T09:30:00Z\n" +
			"tallystick draft show -json\ntallystick draft approve -by ben",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			dry := fs.Bool("dry-run", false, "show what would be kept, and keep nothing")
			asJSON := fs.Bool("json", false, "print the result as JSON")
			by := fs.String("by", "", "`name` of who makes or approves the draft (default $TALLYSTICK_USER)")
			reason := fs.String("reason", "", "why the release is made, a `sentence` for its readers")
			at := fs.String("at", "", "`moment` of publication, as 2026-12-01T09:30:00Z (default when it is published)")
			statements := fs.String("statements", "", "`file` of corrections, revisions, withdrawals and announcements, as a JSON list")
			note := fs.String("note", "", "`remark` of the approver, kept with the approval")
			return func(ctx context.Context, p *program, args []string) error {
				if *by == "" {
					*by = p.getenv("TALLYSTICK_USER")
				}
				action := ""
				if len(args) > 0 {
					// Flags may stand after the action as well: draft show -json.
					action = args[0]
					if err := fs.Parse(args[1:]); err != nil {
						return usageError(fmt.Sprintf("%s; see tallystick help draft", err))
					}
					args = fs.Args()
				}
				if len(args) > 0 && !(action == "approve" && len(args) == 1) {
					return usageError(fmt.Sprintf("draft %s takes no argument %q", action, args[0]))
				}
				switch action {
				case "":
					ask, err := p.asked(*at, *reason, *statements)
					if err != nil {
						return err
					}
					ask.dry, ask.json = *dry, *asJSON
					return p.draft(ctx, ask, *by)
				case "show":
					return p.showDraft(*asJSON)
				case "approve":
					return p.approveDraft(args, *by, *note, *dry)
				case "drop":
					return p.dropDraft(*dry)
				}
				return usageError(fmt.Sprintf("draft knows show, approve and drop, not %q", action))
			}
		},
	}
}

func (p *program) draftFile() string { return filepath.Join(p.state, "draft.json") }

// person checks a name against those that the installation allows, if it names any.
func (p *program) person(name string) error {
	allowed := strings.FieldsFunc(p.getenv("TALLYSTICK_PEOPLE"), func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case name == "":
		return usageError("say who you are with -by NAME or TALLYSTICK_USER")
	case len(allowed) > 0 && !slices.Contains(allowed, name):
		return usageError(fmt.Sprintf("%q is not one of the people of this installation (TALLYSTICK_PEOPLE)", name))
	}
	return nil
}

// approvalsNeeded is how many people must approve a draft before it is published.
func (p *program) approvalsNeeded() (int, error) {
	text := p.env("TALLYSTICK_APPROVALS", "0")
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, usageError(fmt.Sprintf("TALLYSTICK_APPROVALS is %q, which is not a number of people", text))
	}
	return n, nil
}

func (p *program) draft(ctx context.Context, ask publication, by string) error {
	if err := p.person(by); err != nil {
		return err
	}
	step := p.start("drafting")
	defer step.stop()
	c, err := p.compute(ctx, ask, step.say)
	if err != nil {
		return err
	}
	if c.unchanged {
		return p.unchanged(ask, c.previous.Manifest().ID)
	}
	sum, err := c.draft.Checksum(ask.at)
	if err != nil {
		return err
	}
	record := publish.Record{
		Checksum: sum, Editor: by, MadeAt: p.now().UTC(), At: ask.at, Reason: ask.reason, Statements: ask.statements,
		Difference: c.draft.Difference, Gates: c.draft.Manifest.Gates,
	}
	if before, err := publish.ReadRecord(p.draftFile()); err == nil && before.Checksum == sum {
		record.Approvals = before.Approvals // the same draft again
	}
	if !ask.dry {
		if err := record.Write(p.draftFile()); err != nil {
			return err
		}
	}
	return p.printRecord(record, ask.json)
}

func (p *program) showDraft(asJSON bool) error {
	record, err := publish.ReadRecord(p.draftFile())
	if err != nil {
		return err
	}
	return p.printRecord(record, asJSON)
}

func (p *program) printRecord(r publish.Record, asJSON bool) error {
	if asJSON {
		return writeJSON(p.stdout, r)
	}
	printDifference(p.stdout, r.Difference)
	printSummary(p.stdout, r.Difference)
	printGates(p.stdout, r.Gates)
	fmt.Fprintf(p.stdout, "draft %s by %s, after release %s\n", r.Checksum, r.Editor, orNone(r.Difference.From))
	if !r.At.IsZero() {
		fmt.Fprintf(p.stdout, "to be published at %s\n", r.At.Format("2006-01-02T15:04:05Z07:00"))
	}
	for _, a := range r.Approvals {
		fmt.Fprintf(p.stdout, "approved by %s at %s\n", a.By, a.At.Format("2006-01-02T15:04:05Z07:00"))
	}
	if failed := publish.Failed(r.Gates); len(failed) > 0 {
		fmt.Fprintf(p.stdout, "%s did not pass: it cannot be published\n", plural(int64(len(failed)), "gate", "gates"))
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func (p *program) approveDraft(args []string, by, note string, dry bool) error {
	if err := p.person(by); err != nil {
		return err
	}
	record, err := publish.ReadRecord(p.draftFile())
	if err != nil {
		return err
	}
	if len(args) == 1 && args[0] != record.Checksum {
		return rejected{fmt.Sprintf("the draft is %s now, not %s: it was edited; look at it again", record.Checksum, args[0])}
	}
	if failed := publish.Failed(record.Gates); len(failed) > 0 {
		return rejected{fmt.Sprintf("%s did not pass; the draft cannot be approved", plural(int64(len(failed)), "gate", "gates"))}
	}
	approval, err := stat.Approve(record.Checksum, record.Editor, by, note, p.now(), record.Approvals)
	if err != nil {
		return err
	}
	record.Approvals = append(record.Approvals, approval)
	if !dry {
		if err := record.Write(p.draftFile()); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.stdout, "%s approved draft %s\n", by, record.Checksum)
	return nil
}

func (p *program) dropDraft(dry bool) error {
	record, err := publish.ReadRecord(p.draftFile())
	if err != nil {
		return err
	}
	if !dry {
		if err := os.Remove(p.draftFile()); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.stdout, "dropped draft %s\n", record.Checksum)
	return nil
}

// approvedDraft returns the record of the draft that is to be published and what it asks for. Without a draft,
// what was asked for is published as it is, unless the installation wants approvals.
func (p *program) approvedDraft(ask publication) (*publish.Record, publication, error) {
	needed, err := p.approvalsNeeded()
	if err != nil {
		return nil, ask, err
	}
	record, err := publish.ReadRecord(p.draftFile())
	if errors.Is(err, stat.ErrNotFound) {
		if needed > 0 && !ask.dry {
			return nil, ask, rejected{fmt.Sprintf("this installation publishes drafts that %s approved; run tallystick draft first",
				plural(int64(needed), "person has", "people have"))}
		}
		return nil, ask, nil
	}
	if err != nil {
		return nil, ask, err
	}
	if ask.reason != "" || !ask.at.IsZero() || len(ask.statements) > 0 {
		return nil, ask, usageError("there is a draft, and it says why and when; publish it without flags, or run tallystick draft drop")
	}
	ask.at, ask.reason, ask.statements = record.At, record.Reason, record.Statements
	return &record, ask, nil
}

// approvals checks that a draft is still the one that was shown and approved, and returns its approvals.
func (p *program) approvals(record publish.Record, draft publish.Drafted) ([]stat.Approval, error) {
	sum, err := draft.Checksum(record.At)
	if err != nil {
		return nil, err
	}
	if sum != record.Checksum {
		return nil, rejected{"what would be published is not the draft any more: exports, definitions or the program changed since; " +
			"run tallystick draft again"}
	}
	needed, err := p.approvalsNeeded()
	if err != nil {
		return nil, err
	}
	if !stat.Approved(sum, record.Editor, record.Approvals, needed) {
		return nil, rejected{fmt.Sprintf("the draft needs the approval of %s other than %s",
			plural(int64(needed), "person", "people"), record.Editor)}
	}
	return record.Approvals, nil
}
