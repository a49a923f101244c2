package testkit

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/internal/catalog"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// FixtureWorld writes the made-up world into a folder of the test and returns it: the lists, laws and site of the shipped
// definitions with the data sets, duties, filings, indicators and exports of testdata/world, all of which are made up and
// say so. It has what no bundled source has: answers to a duty, a zero that follows from the law, small counts of
// children by county. Of each file in other, the variant stands in the place of the first one if it is named.
func FixtureWorld(t testing.TB, variants ...string) string {
	t.Helper()
	root := t.TempDir()
	kit := filepath.Join("..", "..", "internal", "testkit", "testdata", "world")
	put := func(from, to string) {
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(root, to)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(root, to), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	walk := func(dir string, keep func(path string) bool) {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			path, err := filepath.Rel(dir, name)
			if err == nil && keep(filepath.ToSlash(path)) {
				put(name, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	walk(filepath.Join("..", "..", "data"), func(path string) bool {
		top, _, _ := strings.Cut(path, "/")
		return strings.HasPrefix(top, "site.") || top == "codelists" || top == "statutes" || top == "elements.csv"
	})
	walk(kit, func(path string) bool { return !strings.HasPrefix(path, "other/") })
	for _, v := range variants {
		put(filepath.Join(kit, "other", v), filepath.Join("exports", v))
	}
	return root
}

// FixtureDefinitions loads the definitions of a made-up world, which must be without errors.
func FixtureDefinitions(t testing.TB, root string) stat.Definitions {
	t.Helper()
	defs, issues := catalog.Load(os.DirFS(root))
	for _, i := range stat.Errors(issues) {
		t.Fatalf("the made-up world: %s", i)
	}
	return defs
}

// FixtureWarehouse returns a warehouse that holds the exports of a made-up world.
func FixtureWarehouse(t testing.TB, root string, defs stat.Definitions) *warehouse.Warehouse {
	t.Helper()
	return filled(t, defs, filepath.Join(root, "exports"))
}
