package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"tallystick/internal/stat"
)

// citing are the forms in which a page can be cited by programs that keep references, in the order offered.
var citing = []struct{ ext, title, contentType string }{
	{".bib", "BibTeX", "application/x-bibtex; charset=utf-8"},
	{".ris", "RIS", "application/x-research-info-systems; charset=utf-8"},
	{".csl.json", "CSL-JSON", "application/vnd.citationstyles.csl+json"},
}

// reference serves the citation of an indicator in one of the forms. Its address is the pinned one, whichever
// address it was asked under.
func (v *visit) reference(id, ext, contentType string) (*representation, error) {
	ind, err := v.definition(id)
	if err != nil {
		return nil, err
	}
	site := v.defs.Site
	day := stat.DateOf(v.rel.PublishedAt().UTC())
	address := v.base() + v.here("/releases/"+v.rel.ID()+"/indicators/"+id)
	name := "tallystick-" + v.named(id)
	var body string
	switch ext {
	case ".bib":
		body = fmt.Sprintf("@misc{%s,\n  title = {%s},\n  author = {{%s}},\n  year = {%d},\n  month = {%d},\n"+
			"  note = {%s},\n  url = {%s}\n}\n",
			name, texText(ind.Title), texText(site.Publisher), day.Year, day.Month, v.l.T("Release %s", v.rel.ID()), address)
	case ".ris":
		body = strings.Join([]string{
			"TY  - DATA", "ID  - " + name, "TI  - " + oneLine(ind.Title), "AU  - " + oneLine(site.Publisher),
			fmt.Sprintf("PY  - %d", day.Year), fmt.Sprintf("DA  - %04d/%02d/%02d", day.Year, day.Month, day.Day),
			"ET  - " + v.l.T("Release %s", v.rel.ID()), "PB  - " + oneLine(site.Name+" "+site.Place), "UR  - " + address, "ER  - ", "",
		}, "\r\n")
	default:
		type author struct {
			Literal string `json:"literal"`
		}
		data, err := json.MarshalIndent([]struct {
			ID        string   `json:"id"`
			Type      string   `json:"type"`
			Title     string   `json:"title"`
			Author    []author `json:"author"`
			Publisher string   `json:"publisher"`
			Version   string   `json:"version"`
			URL       string   `json:"URL"`
			Issued    struct {
				DateParts [][]int `json:"date-parts"`
			} `json:"issued"`
		}{{
			ID: name, Type: "dataset", Title: ind.Title, Author: []author{{site.Publisher}},
			Publisher: site.Name + " " + site.Place,
			Version:   v.rel.ID(), URL: address,
			Issued: struct {
				DateParts [][]int `json:"date-parts"`
			}{[][]int{{day.Year, int(day.Month), day.Day}}},
		}}, "", "  ")
		if err != nil {
			return nil, err
		}
		body = string(data) + "\n"
	}
	rep := represent([]byte(body), contentType, v.caching())
	rep.filename, rep.attachment, rep.open, rep.policy = name+ext, true, true, filePolicy
	return rep, nil
}

// oneLine keeps text on one line, since a line break would start another field.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// texText escapes what TeX would read as commands.
func texText(s string) string {
	return strings.NewReplacer(
		`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`, `_`, `\_`,
	).Replace(oneLine(s))
}
