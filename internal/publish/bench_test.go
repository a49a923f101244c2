package publish_test

import (
	"context"
	"testing"

	"tallystick/internal/publish"
)

// BenchmarkDraft times a whole draft of the bundled figures: counting, judging, drawing, writing the files.
func BenchmarkDraft(b *testing.B) {
	in := input(b)
	for b.Loop() {
		if _, err := publish.Draft(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}
