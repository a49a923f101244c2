package stat_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// TestUnlikeOfOlderReleases reads what was sealed before the key why, and what is sealed now, as the same.
func TestUnlikeOfOlderReleases(t *testing.T) {
	reason := "The court counts cases, the police people."
	for name, c := range map[string]struct {
		sealed    string
		got, want any
	}{
		"a panel of an older release": {`{"id":"p","unlike":"` + reason + `"}`, &stat.Panel{}, &stat.Panel{ID: "p", Unlike: true, Why: reason}},
		"a panel without":             {`{"id":"p"}`, &stat.Panel{}, &stat.Panel{ID: "p"}},
		"its text in Spanish":         {`{"id":"p","unlike":"Casos."}`, &stat.PanelText{}, &stat.PanelText{ID: "p", Why: "Casos."}},
		"an assertion": {`{"figure":"i/p/s","unlike":"` + reason + `"}`, &stat.Assertion{},
			&stat.Assertion{Figure: "i/p/s", Unlike: true, Why: reason}},
		"a pairing": {`{"id":"two","reason":"` + reason + `"}`, &stat.Pairing{}, &stat.Pairing{ID: "two", Why: reason}},
	} {
		if err := json.Unmarshal([]byte(c.sealed), c.got); err != nil {
			t.Errorf("%s: Unmarshal(%s) = %v", name, c.sealed, err)
			continue
		}
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: Unmarshal(%s) (-want +got):\n%s", name, c.sealed, diff)
		}
		sealed, err := json.Marshal(c.want)
		if err != nil {
			t.Fatalf("%s: Marshal(%+v) = %v", name, c.want, err)
		}
		again := reflect.New(reflect.TypeOf(c.want).Elem()).Interface()
		if err := json.Unmarshal(sealed, again); err != nil {
			t.Errorf("%s: Unmarshal(%s) = %v", name, sealed, err)
		} else if diff := cmp.Diff(c.want, again); diff != "" {
			t.Errorf("%s: there and back through %s (-want +got):\n%s", name, sealed, diff)
		}
	}
}
