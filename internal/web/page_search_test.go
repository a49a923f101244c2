package web

import (
	"testing"
)

func indexed() []findable {
	page := func(path, title string, other ...string) findable {
		f := findable{link: link{Path: path, Text: title}, words: written(title)}
		for _, o := range other {
			f.other = append(f.other, wordsOf(o)...)
		}
		return f
	}
	return []findable{
		page("/indicators/sellers-and-buyers", "Who is held to account: people who sell sex, or people who buy it?", "prostitution johns buyers"),
		page("/indicators/state-and-federal", "Who brings trafficking cases?", "convictions under the state trafficking law, Connecticut"),
		page("/laws/53a-83a", "CGS 53a-83a Patronizing from a motor vehicle"),
		page("/laws/53a-83", "CGS 53a-83 Soliciting sexual acts", "patronizing a prostitute"),
		page("/places/new-haven", "New Haven"),
		page("/places/bridgeport", "Bridgeport"),
		page("/sources#dcf", "Department of Children and Families", "child-welfare"),
	}
}

func TestSearchFindsWhatReadersWrite(t *testing.T) {
	for _, c := range []struct {
		query, first string
		partly       bool
		instead      bool
	}{
		{"johns", "/indicators/sellers-and-buyers", false, false},
		{"prostitutes", "/indicators/sellers-and-buyers", false, false},
		{"hookers", "/indicators/sellers-and-buyers", false, false},
		{"53a-83a", "/laws/53a-83a", false, false},
		{"53a83a", "/laws/53a-83a", false, false},
		{"53a-83", "/laws/53a-83", false, false},
		{"new haven", "/places/new-haven", false, false},
		{"newhaven", "/places/new-haven", false, false},
		{"bridgeprot", "/places/bridgeport", false, false},
		{"bridegport", "/places/bridgeport", false, true},
		{"traficking", "/indicators/state-and-federal", false, true},
		{"trafficking convictions connecticut", "/indicators/state-and-federal", false, false},
		{"convicted of trafficking", "/indicators/state-and-federal", false, false},
		{"dcf", "/sources#dcf", false, false},
		{"bridgeport unicorns", "/places/bridgeport", true, false},
	} {
		hits, partly, instead := find(indexed(), wanting(wordsOf(c.query)))
		if len(hits) == 0 || hits[0].Path != c.first || partly != c.partly || (len(instead) > 0) != c.instead {
			t.Errorf("find(%q) = %v, partly %v, instead %v; want %s first, partly %v, instead %v", c.query, hits, partly, instead,
				c.first, c.partly, c.instead)
		}
	}
	if hits, _, _ := find(indexed(), wordsOf("zzzzqqq")); len(hits) > 0 {
		t.Errorf("find of a word that nobody writes = %v, want nothing", hits)
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"bridgeprot", "bridgeport", 1}, {"traficking", "trafficking", 1}, {"haven", "haven", 0}, {"abc", "xyz", 3}, {"a", "abcdef", 3}} {
		if got := edits(c.a, c.b, 2); got != c.want {
			t.Errorf("edits(%q, %q, 2) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
