package web

// embedPolicy is the pages' policy without forms, for a figure that other sites may frame.
const embedPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors *; object-src 'none'"

// embedScript is what a page that frames a figure can add, so that each frame is as high as its figure; see
// static/frame.js for what the frames tell.
const embedScript = `addEventListener("message", (event) => {
  const height = event.data?.tallystick?.height;
  if (!height) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === event.source) frame.height = height;
  }
});`

// embedPage is a figure alone, for a frame on another site: with its answer, its release and the way to the page.
type embedPage struct {
	page
	Figure *figure
	Answer []said
	Path   string // the page behind it
}

// embed serves GET /embed/:id, which keeps up with new releases, and GET /releases/:release/embed/:id, which is
// frozen; the strip in it says when a newer release is out.
func (s *Server) embed(v *visit) (*representation, error) {
	ind, err := v.definition(v.param("id"))
	if err != nil {
		return nil, err
	}
	answer, err := v.answer(ind.ID)
	if err != nil {
		return nil, err
	}
	fig, err := v.figure(ind, answer)
	if err != nil {
		return nil, err
	}
	if fig != nil {
		fig.Options, fig.Behind = "", true // a frame of another site does not load ECharts
	}
	rep, err := v.show("embed", embedPage{
		page: v.frame(ind.Title, plain(answer.Sentences)), Figure: fig, Answer: v.sayAll(answer.Sentences),
		Path: v.indicatorPath(ind.ID),
	})
	if err != nil {
		return nil, err
	}
	rep.policy, rep.framed = embedPolicy, true
	return rep, nil
}
