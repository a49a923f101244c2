package stat

// Feed maps one source's export to a data set.
type Feed struct {
	ID      string            `yaml:"id" json:"id"`
	Title   string            `yaml:"title" json:"title"`
	Dataset string            `yaml:"dataset" json:"dataset"`
	Files   []string          `yaml:"files" json:"files"`               // patterns of file names (path.Match) that this feed claims
	Columns map[string]string `yaml:"columns" json:"columns,omitempty"` // field → column header; a field not named has its own name as header
	Bundled string            `yaml:"bundled" json:"bundled,omitempty"` // the export in data/exports that ships with the program
}
