package catalog

import (
	"os"
	"testing"
)

// BenchmarkLoad reads the definitions that ship; it should stay well under a tenth of a second.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, issues := Load(os.DirFS("../../data")); len(issues) > 0 {
			b.Fatal(issues[0])
		}
	}
}
