package web

import "tallystick/internal/stat"

// elementsPage sets trafficking under the law of the state, then and now, beside that under federal law.
type elementsPage struct {
	page
	Rows     []elementRow
	Sources  []numbered
	Sections []link // the sections that the table is about and that have pages of their own
}

// elementRow is one element of the crime with the numbers of the sources it was read in.
type elementRow struct {
	stat.Element
	Read []int
}

// numbered is a source that several rows name by its number.
type numbered struct {
	Number  int
	Address string
}

// elements serves GET /laws/elements.
func (s *Server) elements(v *visit) (*representation, error) {
	defs := v.defs
	p := elementsPage{page: v.frame("Trafficking under state and federal law",
		"What had to be shown under the law of the state then, what has to be now, and what federal law asks for.")}
	p.Rows, p.Sources = elementRows(defs)
	for _, st := range defs.Statutes {
		if st.Role == "trafficker" {
			p.Sections = append(p.Sections, link{Path: "/laws/" + st.ID, Text: st.Citation + ", " + st.Title})
		}
	}
	return v.show("elements", p)
}

// elementRows are the elements of the crime, and the sources in which they were read, numbered as they come.
func elementRows(defs stat.Definitions) (rows []elementRow, sources []numbered) {
	number := map[string]int{}
	for _, e := range defs.Elements {
		row := elementRow{Element: e}
		for _, address := range e.Sources {
			address = webLink(address)
			if address == "" {
				continue
			}
			if number[address] == 0 {
				number[address] = len(sources) + 1
				sources = append(sources, numbered{number[address], address})
			}
			row.Read = append(row.Read, number[address])
		}
		rows = append(rows, row)
	}
	return rows, sources
}
