package stat

import (
	"errors"
	"slices"
	"testing"
)

// FuzzSuppress builds a table of up to three dimensions from bytes and wants either a refusal or a suppression
// whose certificates hold, and the same one again.
func FuzzSuppress(f *testing.F) {
	f.Add([]byte{2, 3, 1, 0, 10, 2, 3, 15, 4, 60, 9})
	f.Add([]byte{4, 4, 1, 1, 5, 15, 1, 3, 1, 20, 10, 10, 15, 3, 10, 10, 2, 12, 14, 7, 2})
	f.Add([]byte{3, 3, 3, 2, 11, 1, 0, 200, 5, 5, 90, 0, 0, 0, 12, 13, 9, 8, 7})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 6 {
			return
		}
		axes := []Axis{flatAxis("a", 1+int(data[0]%4)), flatAxis("b", 1+int(data[1]%4))}
		if n := int(data[2] % 4); n > 1 {
			axes = append(axes, flatAxis("c", n))
		}
		if data[3]%2 == 1 {
			axes[0] = groupedAxis("a", 1+int(data[0]%6), 2)
		}
		rule := Rule{K: 1 + int64(data[4]%20), ZeroIsSensitive: data[3]%4 >= 2, MostWithheld: 1}
		values := data[5:]
		known := map[string]int64{}
		plan := planOf(t, Table{Axes: axes, Value: func(codes []string) int64 {
			key := codes[0] + codes[1]
			if len(codes) > 2 {
				key += codes[2]
			}
			if _, ok := known[key]; !ok {
				v := int64(values[len(known)%len(values)])
				known[key] = v * v / 16
			}
			return known[key]
		}})
		got, err := Suppress(plan, rule)
		again, errAgain := Suppress(plan, rule)
		if (err == nil) != (errAgain == nil) || !slices.Equal(got.Withheld, again.Withheld) || got.Audit != again.Audit {
			t.Fatalf("two runs differ: %+v (%v) and %+v (%v)", got.Audit, err, again.Audit, errAgain)
		}
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("Suppress: %v, want a refusal", err)
			}
			return
		}
		if problems := unsafe(plan, got, rule); len(problems) > 0 {
			t.Fatalf("k = %d: %q", rule.K, problems)
		}
	})
}
