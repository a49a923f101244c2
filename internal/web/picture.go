package web

import (
	"context"
	"fmt"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// pictureWidth is the width of a picture of a figure, in pixels: twice the wide drawing, for sharp screens.
const pictureWidth = 2 * chart.WideWidth

// picture serves the figure of an indicator as PNG, made from the sealed drawing. The picture of a release is always
// the same.
func (v *visit) picture(id string) (*representation, error) {
	svg, err := v.sealed(figuresIn(v.l) + id + ".svg")
	if err != nil {
		return nil, err
	}
	return v.png(svg.body, pictureWidth, v.named(id)+".png")
}

func (v *visit) png(svg []byte, width int, name string) (*representation, error) {
	png, err := chart.PNG(context.Background(), svg, width)
	if err != nil {
		return nil, fmt.Errorf("picture %s: %v", name, err)
	}
	rep := represent(png, "image/png", v.caching())
	rep.filename, rep.open, rep.policy = name, true, filePolicy
	return rep, nil
}

// card serves GET /releases/:release/cards/:id: the picture that stands for an indicator where its address is shared.
func (s *Server) card(v *visit) (*representation, error) {
	ind, err := v.definition(v.param("id"))
	if err != nil {
		return nil, err
	}
	answer, err := v.answer(ind.ID)
	if err != nil {
		return nil, err
	}
	defs, obs := v.defs, v.rel.Observations(ind.ID)
	text := chart.CardText{Site: defs.Site.Name + " " + defs.Site.Place, Answer: plain(answer.Sentences)}
	if lines := v.coverageLines(ind, obs); len(lines) > 0 {
		last := lines[len(lines)-1]
		text.Coverage = last.Period + ": " + last.Words
	}
	var totals []stat.Observation
	for _, o := range obs {
		if len(o.Codes) == 0 {
			totals = append(totals, o)
		}
	}
	svg, err := chart.Card(ind, obs, chart.Context{
		Release: v.rel.ID(), Source: publishersOf(v.l, totals), Alt: answer.Alt, Breaks: answer.Breaks, Labels: labeller(defs),
		Lang: v.l,
	}, text)
	if err != nil {
		return nil, fmt.Errorf("card: %v", err)
	}
	return v.png(svg, chart.CardWidth, v.named(ind.ID)+"-card.png")
}
