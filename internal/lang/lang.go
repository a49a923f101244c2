// Package lang owns the languages of the site: the words of the interface in each, plural forms, dates and the names
// of periods. The English text is the key, as in gettext, so that a page in English needs no lookup and a text that
// lacks its translation is still readable; a test makes sure that none lacks it.
//
// It must never know where words are shown: no HTML, no addresses, no files but its own.
package lang

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// A Language is one in which the site speaks. The zero Language is English.
type Language struct{ code string }

// The languages of the site. Spanish is that of readers in the United States: numbers as in English (es-US in CLDR:
// 1,234.5), dates as "31 de marzo de 2016".
var (
	English = Language{}
	Spanish = Language{"es"}
)

// Languages lists every language, English first.
var Languages = []Language{English, Spanish}

// Of returns the language with the code "en" or "es". Any other code gives English and false.
func Of(code string) (Language, bool) {
	for _, l := range Languages {
		if l.Code() == code {
			return l, true
		}
	}
	return English, code == ""
}

// Code is the language as HTML names it: en, es.
func (l Language) Code() string {
	if l.code == "" {
		return "en"
	}
	return l.code
}

// Name is what the language calls itself.
func (l Language) Name() string {
	if l == Spanish {
		return "Español"
	}
	return "English"
}

// T gives the text in the language with its slots filled: %s in order, or %[1]s where the translation puts them in
// another. Text without arguments may hold any character. A text without a translation stays English.
func (l Language) T(text string, args ...any) string {
	if translated, ok := l.lookup(text); ok {
		text = translated
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// N is T for a text that has a number: one is its English form for 1, many for all others.
func (l Language) N(n int64, one, many string, args ...any) string {
	text := many
	if l.singular(n) {
		text = one
	}
	return l.T(text, args...)
}

// singular reports whether the language puts the number n with its singular, after the plural rules of CLDR.
func (l Language) singular(n int64) bool {
	tag := language.English
	if l == Spanish {
		tag = language.Spanish
	}
	return plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0) == plural.One
}

// Has reports whether the language has a translation of the text; English has all.
func (l Language) Has(text string) bool {
	if l == English {
		return true
	}
	_, ok := l.lookup(text)
	return ok
}

// Key marks a text that is translated later, when the language of the reader is known, and returns it as it is.
func Key(text string) string { return text }

//go:embed es.json
var spanish []byte

// messages decodes the translations that ship with the program, once. That they decode is tested.
var messages = sync.OnceValue(func() map[string]string {
	var out map[string]string
	if err := json.Unmarshal(spanish, &out); err != nil {
		panic(fmt.Sprintf("es.json: %v", err))
	}
	return out
})

func (l Language) lookup(text string) (string, bool) {
	if l == English {
		return "", false
	}
	translated, ok := messages()[text]
	return translated, ok && translated != ""
}
