package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/internal/stat"
)

// served is a served installation.
type served struct {
	*running
	t *testing.T
}

// get asks for an address without following where it sends, and gives status, body and place to go to.
func (s served) get(path string) (status int, body, location string) {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(s.address + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(text), res.Header.Get("Location")
}

// holds wants an answer with a status that holds, or with a leading "!" lacks, each text.
func (s served) holds(path string, status int, texts ...string) {
	s.t.Helper()
	got, body, _ := s.get(path)
	if got != status {
		s.t.Errorf("GET %s = %d, want %d", path, got, status)
	}
	for _, text := range texts {
		want, lacks := strings.CutPrefix(text, "!")
		if strings.Contains(body, want) == lacks {
			s.t.Errorf("GET %s: holds %q is %v", path, want, lacks)
		}
	}
}

// TestWhatWasSaidAboutFiguresIsShownEverywhere makes five releases of one question: new, revised by better data, corrected,
// the same once more, and withdrawn. Pages, files, feed and strips of each tell what was known then and what is known
// since, and the address of what was withdrawn lives on.
func TestWhatWasSaidAboutFiguresIsShownEverywhere(t *testing.T) {
	i := small(t)
	publish := func(at, reason string, says ...stat.Statement) {
		t.Helper()
		args := []string{"publish", "-at", at, "-reason", reason}
		if len(says) > 0 {
			text, err := json.Marshal(says)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(filepath.Dir(i.state), "statements.json")
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, "-statements", file)
		}
		i.must(t, args...)
	}
	i.ingest(t, sections, statement)
	publish("2020-01-01T09:00:00Z", "The first figures.")
	i.edit(t, sections, `arrest,3557,`, "arrest,3600,")
	i.ingest(t, sections)
	publish("2020-02-01T09:00:00Z", "The court sent newer figures.")
	i.edit(t, sections, `arrest,3600,`, "arrest,3580,")
	i.ingest(t, sections)
	const key = "sellers-and-buyers/arrested/selling/2005-2014"
	publish("2020-03-01T09:00:00Z", "A correction.", stat.Statement{
		ID: "c1", Kind: stat.StatementCorrection, Keys: []string{"sellers-and-buyers/arrested"}, Releases: []string{"2020-02-01"},
		Wrong: "Twenty arrests were counted twice.", Now: "They are counted once.", Affected: "Whoever quoted 3,600.",
		Reason: "A file was read twice.", Cause: "program",
	})
	i.edit(t, sections, `conviction,1841,`, "conviction,1842,")
	i.ingest(t, sections)
	publish("2020-04-01T09:00:00Z", "One conviction more.")

	s := served{launch(t, i.call("serve", "-addr", "127.0.0.1:0")), t}
	// The newest page: the figure, the correction that a former release made, and what was published before.
	s.holds("/indicators/sellers-and-buyers", 200, "3,580", "Twenty arrests were counted twice.", "Whoever quoted 3,600.",
		"first 3,557", "revisions by better data", "corrections of errors", "On average by", "!A newer release is out")
	s.holds("/values/"+key, 200, "3,580", "Twenty arrests were counted twice.", "<b>3,557</b>", "<b>3,600</b>")
	// What was known on a day, and what is known since of the page as it was then.
	if status, _, to := s.get("/indicators/sellers-and-buyers?known=2020-02-14"); status != 302 || to != "/releases/2020-02-01/indicators/sellers-and-buyers" {
		t.Errorf("?known= = %d to %s", status, to)
	}
	s.holds("/releases/2020-02-01/indicators/sellers-and-buyers", 200, "3,600", "!Twenty arrests", "!<strong>3,580", "/newer/2020-02-01/indicators/sellers-and-buyers")
	s.holds("/newer/2020-02-01/indicators/sellers-and-buyers", 200, "Correction", "Twenty arrests were counted twice.", "release 2020-04-01")
	s.holds("/newer/2020-02-01/values/"+key, 200, "Twenty arrests were counted twice.")
	s.holds("/newer/2020-04-01/indicators/sellers-and-buyers", 200, "It is the newest release.", "!Twenty arrests")
	s.holds("/releases/2020-03-01", 200, "Twenty arrests were counted twice.", "3,600 → ")
	s.holds("/releases", 200, "Twenty arrests were counted twice.")
	s.holds("/feed.atom", 200, "Correction: Twenty arrests were counted twice.", `<category term="correction">`)
	s.holds("/releases.json", 200, `"wrong": "Twenty arrests were counted twice."`)
	s.holds("/indicators/sellers-and-buyers.history.json", 200, `"corrections": 2`, `"withdrawn": false`, `"value": 3557`, `"value": 3600`)
	s.holds("/releases/2020-01-01/indicators/sellers-and-buyers.history.json", 200, `"value": 3557`, "!3600", "!Twenty")
	s.kill()

	// The question goes, and another comes: withdrawn with a statement or not at all.
	text, err := os.ReadFile(filepath.Join(i.data, "indicators/sellers-and-buyers.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(i.data, "indicators/two-sides.yaml"), []byte("formerly: [sellers-and-buyers]\n"+
		strings.ReplaceAll(string(text), "sellers-and-buyers", "two-sides")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(i.data, "indicators/sellers-and-buyers.yaml")); err != nil {
		t.Fatal(err)
	}
	i.refused(t, "was published as 3,580 and is gone", "publish", "-at", "2020-05-01T09:00:00Z")
	publish("2020-05-01T09:00:00Z", "It goes by another name.", stat.Statement{
		ID: "w1", Kind: stat.StatementWithdrawal, Keys: []string{"sellers-and-buyers"}, Reason: "The question was put wrongly.",
		Now: "See the two sides.",
	})
	s = served{launch(t, i.call("serve", "-addr", "127.0.0.1:0")), t}
	s.holds("/indicators/sellers-and-buyers", 200, "Withdrawn", "The question was put wrongly.", "See the two sides.",
		`href="/releases/2020-04-01/indicators/sellers-and-buyers"`)
	s.holds("/values/"+key, 200, "The question was put wrongly.", "/releases/2020-04-01/values/"+key)
	s.holds("/indicators/sellers-and-buyers.csv", 410, "withdrawn in release 2020-05-01")
	s.holds("/values/"+key+".json", 410)
	s.holds("/indicators/never-there", 404)
	s.holds("/indicators/sellers-and-buyers.history.json", 200, `"withdrawn": true`, "The question was put wrongly.")
	s.holds("/releases/2020-04-01/indicators/sellers-and-buyers", 200, "3,580")
	s.holds("/newer/2020-04-01/indicators/sellers-and-buyers", 200, "Withdrawn", "The question was put wrongly.")
	s.holds("/feed.atom", 200, "The question was put wrongly.", `<category term="withdrawal">`)
	s.holds("/releases/2020-05-01", 200, "The question was put wrongly.")
	s.holds("/es/indicators/sellers-and-buyers", 200, "The question was put wrongly.")
}

// TestAMomentOfPublicationIsTheSameEverywhere seals a release for a moment a few seconds away and asks for pages, files,
// feed and lists without a pause until it is past: what was asked before it tells nothing of the release, and what was
// asked after it shows nothing else.
func TestAMomentOfPublicationIsTheSameEverywhere(t *testing.T) {
	i := small(t)
	i.ingest(t, sections, statement)
	i.must(t, "publish", "-at", "2020-01-01T09:00:00Z")
	s := served{launch(t, i.call("serve", "-addr", "127.0.0.1:0")), t}
	i.edit(t, sections, `arrest,3557,`, "arrest,3600,")
	i.ingest(t, sections)
	sealing := time.Now()
	i.must(t, "publish", "-dry-run", "-at", "2100-01-01T00:00:00Z")
	moment := time.Now().Add(3*time.Since(sealing) + 3*time.Second).Truncate(time.Second).UTC()
	i.must(t, "publish", "-at", moment.Format(time.RFC3339))
	id := moment.Format(time.DateOnly)
	if !time.Now().Before(moment.Add(-time.Second)) {
		t.Skipf("the machine took until %v to seal a release for %v", time.Now(), moment)
	}
	answers := map[string]struct{ before, after string }{ // what only the one has, and only the other
		"/":                                   {"3,557</strong>", "/releases/" + id},
		"/indicators/sellers-and-buyers":      {"3,557</strong>", "/releases/" + id},
		"/es/indicators/sellers-and-buyers":   {"3,557</strong>", "/releases/" + id},
		"/indicators/sellers-and-buyers.csv":  {",3557,", ",3600,"},
		"/indicators/sellers-and-buyers.json": {`"value": 3557`, `"value": 3600`},
		"/feed.atom":                          {"/releases/2020-01-01", "/releases/" + id},
		"/releases.json":                      {"/releases/2020-01-01", "/releases/" + id},
		"/releases":                           {"/releases/2020-01-01", "/releases/" + id},
		"/releases/" + id + "/home":           {"out yet", "3,600</strong>"},
		"/newer/2020-01-01/indicators/sellers-and-buyers": {"It is the newest release.", id},
	}
	before, after := 0, 0
	for time.Now().Before(moment.Add(2 * time.Second)) {
		for path, has := range answers {
			began := time.Now()
			status, body, _ := s.get(path)
			switch {
			case time.Now().Before(moment):
				before++
				if !strings.Contains(body, has.before) || strings.Contains(body, has.after) {
					t.Errorf("GET %s before %v = %d, lacks %q or holds %q", path, moment, status, has.before, has.after)
				}
			case !began.Before(moment):
				after++
				if status != http.StatusOK || !strings.Contains(body, has.after) {
					t.Errorf("GET %s after %v = %d, lacks %q", path, moment, status, has.after)
				}
			}
		}
	}
	if before < len(answers) || after < len(answers) {
		t.Errorf("%d answers before and %d after: too few to tell", before, after)
	}
}
