package catalog

import (
	"testing"
	"testing/fstest"
)

// FuzzLoad changes one file of the smallest folder at a time: whatever stands in it, Load comes back with issues that
// name a file, and never panics.
func FuzzLoad(f *testing.F) {
	base := parse(f, "testdata/base.txtar")
	for i, file := range base.Files {
		f.Add(i, file.Data)
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		files := fstest.MapFS{}
		for i, file := range base.Files {
			files[file.Name] = &fstest.MapFile{Data: file.Data}
			if i == ((which%len(base.Files))+len(base.Files))%len(base.Files) {
				files[file.Name] = &fstest.MapFile{Data: data}
			}
		}
		_, issues := Load(files)
		for _, i := range issues {
			if i.File == "" || i.Problem == "" || i.Code == "" {
				t.Errorf("an issue without file, code or problem: %+v", i)
			}
		}
	})
}
