package chart

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/internal/stat"
)

// picture makes a PNG and reads it back. With TALLYSTICK_PICTURES set to a folder it leaves the file there, to be
// looked at.
func picture(t *testing.T, name string, svg []byte, width int) ([]byte, image.Image) {
	t.Helper()
	got, err := PNG(context.Background(), svg, width)
	if err != nil {
		t.Fatalf("PNG of %s: %v", name, err)
	}
	if folder := os.Getenv("TALLYSTICK_PICTURES"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name+".png"), got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	decoded, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatalf("PNG of %s is no picture: %v", name, err)
	}
	return got, decoded
}

func TestPNG(t *testing.T) {
	fig := drawSample(t, "sellers-and-buyers")
	got, decoded := picture(t, "sellers-and-buyers", fig.Standalone, 600)
	if w := decoded.Bounds().Dx(); w != 600 {
		t.Errorf("picture is %d pixels wide, want 600", w)
	}
	if r, g, b, a := decoded.At(2, 2).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff || a != 0xffff {
		t.Errorf("the ground is %x %x %x %x, want white", r, g, b, a)
	}
	again, err := PNG(context.Background(), fig.Standalone, 600)
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("the same drawing gave another picture (%v)", err)
	}
	letters := bytes.ReplaceAll(fig.Standalone, []byte("selling sex"), []byte("           "))
	if other, _ := PNG(context.Background(), letters, 600); bytes.Equal(got, other) {
		t.Error("a drawing without a label gave the same picture: no text is drawn")
	}
}

func TestPNGRefuses(t *testing.T) {
	for name, x := range map[string]struct {
		svg   string
		width int
	}{"no drawing": {"<p>", 100}, "no width": {"<svg/>", 0}, "too wide": {"<svg/>", 5000}} {
		if _, err := PNG(context.Background(), []byte(x.svg), x.width); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("PNG of %s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestCard(t *testing.T) {
	ind, obs, ctx := sellersAndBuyers()
	ind.Question = "Who is held to account: people who sell sex, or people who buy it?"
	ind.Answer = []string{"convicted", "arrested"}
	svg, err := Card(ind, obs, ctx, CardText{Site: "Tallystick Connecticut", Coverage: "Who did not report is not known.",
		Answer: "In 2005–2014, police made 3,557 arrests for selling sex and 1,378 arrests for buying sex: " +
			"2.6 sellers for each buyer."})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Who is held to account", "1,841", "2026-11-24", "Who did not report"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("card lacks %q", want)
		}
	}
	if strings.Contains(string(svg), ">287<") {
		t.Error("card holds a panel that is not the first answer")
	}
	checkSafe(t, svg)
	_, decoded := picture(t, "card", svg, CardWidth)
	if b := decoded.Bounds(); b.Dx() != CardWidth || b.Dy() != CardHeight {
		t.Errorf("card is %v, want %d × %d", b, CardWidth, CardHeight)
	}
}
