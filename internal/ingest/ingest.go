// Package ingest owns the way from the bytes of an export to rows with issues: encoding, dialect, header, layout
// (wide to long), mapping and validation. Every cell is read as text and becomes a value by our own rules: no
// library guesses a type, an empty cell is not a zero, and a row that cannot be used is kept with its reasons.
//
// It must never know a database: it yields chunks of typed columns, and the warehouse moves them.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"tallystick/internal/stat"
)

// Input is one export and what it is to be read as.
type Input struct {
	Name        string // the file name under which it came
	Feed        stat.Feed
	Definitions stat.Definitions // code lists and the feed's data set
	Today       stat.Date        // no record may be later
	Workers     int              // 0: as many as there are processors
	Covers      stat.Period      // the span for which the export stands; zero: what the feed says
	Fixes       Fixes            // rows that their sender repaired, which take the place of their originals

	dayNumbers bool // the text was a workbook's, in which dates are day numbers
}

// Refused is an export that cannot be read at all: every row of it would be wrong for the same reason.
type Refused struct{ Issues []stat.Issue }

// Error gives the first issue.
func (r *Refused) Error() string {
	if len(r.Issues) == 0 {
		return "the export cannot be read"
	}
	return r.Issues[0].String()
}

// Unwrap makes a refused export stat.ErrInvalid.
func (r *Refused) Unwrap() error { return stat.ErrInvalid }

func refused(file string, line int64, column, code, problem, fix string) *Refused {
	return &Refused{[]stat.Issue{{File: file, Line: line, Column: column, Code: code, Problem: problem, Fix: fix,
		Severity: stat.SeverityError}}}
}

// Rows is an export being read. Its chunks come in the order of the file, and after them the rows whose key may be on an
// earlier row, in the order of the file too; the work is done by several goroutines that read ahead a little.
type Rows struct {
	plan   *plan
	keys   *keys
	jobs   chan *job
	cancel context.CancelFunc
	wait   sync.WaitGroup
	end    func() // ends the unpacking of a workbook

	progress progress
	err      error // of the goroutine that splits; read after jobs is closed
}

// job is a run of records on its way through the workers.
type job struct {
	block  *block
	bytes  int // of the block
	result *parsed
	ready  chan struct{}
}

// Open reads the header of the export and returns its rows. An export that cannot be read as the feed says is a
// *Refused with issues for its sender.
func Open(ctx context.Context, r io.Reader, in Input) (*Rows, error) {
	ds, ok := in.Definitions.Dataset(in.Feed.Dataset)
	if !ok {
		return nil, fmt.Errorf("feed %s names data set %q, which is not defined: %w", in.Feed.ID, in.Feed.Dataset, stat.ErrInvalid)
	}
	var whole *followed
	if f, ok := r.(file); ok {
		whole = &followed{file: f}
		r = whole
	}
	text, book, end, err := unpacked(r, in.Name, in.Feed.Read, wanted(in))
	if err != nil {
		return nil, err
	}
	if book != nil {
		in.Feed.Read.Encoding, in.Feed.Read.Delimiter, in.Feed.Read.Quote = encodingUTF8, ",", ""
	}
	s, header, sample, err := openReading(text, in)
	if err != nil {
		end()
		return nil, err
	}
	p, err := newPlan(in, ds, header, sample)
	if err != nil {
		end()
		return nil, err
	}
	if book != nil {
		p.acceptDayNumbers(book.from1904)
		p.notices = append(book.notices, p.notices...)
	} else if in.dayNumbers {
		p.acceptDayNumbers(false)
	}
	p.comma, p.quote, p.fixes, p.footer = s.comma, s.quote, in.Fixes, "footer"
	if s.notes {
		p.footer = "note at the end"
	}
	size := largeFilter
	if s.eof {
		size = smallFilter
	}
	ctx, cancel := context.WithCancel(ctx)
	rows := &Rows{plan: p, keys: newKeys(size), cancel: cancel, end: end}
	rows.progress.file = whole
	rows.start(ctx, s, in.Workers)
	return rows, nil
}

// Layout says what the vectors of the chunks are.
func (r *Rows) Layout() stat.Layout { return r.plan.layout }

// Notices gives the warnings about the file as a whole.
func (r *Rows) Notices() []stat.Issue { return r.plan.notices }

// Header gives the sender's own columns.
func (r *Rows) Header() []string { return r.plan.header }

// Covers gives the span for which the export stands, also where it has no row, or zero if nothing says it.
func (r *Rows) Covers() stat.Period {
	if r.plan.covers[1] == noDay {
		return stat.Period{}
	}
	return stat.Period{From: dateOf(r.plan.covers[0]), To: dateOf(r.plan.covers[1])}
}

// Close ends the reading and waits for its goroutines. It may be called at any time.
func (r *Rows) Close() error {
	r.cancel()
	r.end()
	for range r.jobs { // lets the splitter see the end
	}
	r.wait.Wait()
	r.keys.close()
	return nil
}

func (r *Rows) start(ctx context.Context, s *splitter, workers int) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if r.plan.fill != nil || r.plan.section != nil {
		workers = 1 // a row says something only after the rows above it
	}
	r.jobs = make(chan *job, 2*workers)
	work := make(chan *job)
	r.wait.Add(workers + 1)
	go func() {
		defer r.wait.Done()
		defer close(r.jobs)
		defer close(work)
		for {
			b, err := s.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					r.err = err
				}
				return
			}
			r.progress.read(len(b.data))
			j := &job{block: b, bytes: len(b.data), ready: make(chan struct{})}
			select {
			case r.jobs <- j:
			case <-ctx.Done():
				r.err = ctx.Err()
				return
			}
			work <- j // a worker always takes it: workers end only when work is closed
		}
	}()
	for range workers {
		go func() {
			defer r.wait.Done()
			w := newWorker(r.plan)
			for j := range work {
				j.result = w.parse(j.block)
				j.block = nil
				close(j.ready)
			}
		}()
	}
}

// Next returns the next chunk, or io.EOF. It is for one goroutine at a time.
func (r *Rows) Next(ctx context.Context) (*stat.Chunk, error) {
	select {
	case j, ok := <-r.jobs:
		if !ok {
			if r.err != nil {
				return nil, fmt.Errorf("reading %s: %w", r.plan.file, r.err)
			}
			return r.last()
		}
		select {
		case <-j.ready:
			if err := r.keys.hold(j.result); err != nil {
				return nil, fmt.Errorf("reading %s: %w", r.plan.file, err)
			}
			r.progress.rows.Add(j.result.chunk.Rows)
			r.progress.text.Add(int64(j.bytes))
			return j.result.chunk, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// last returns the next chunk of rows that were held until the end, or io.EOF.
func (r *Rows) last() (*stat.Chunk, error) {
	c, err := r.keys.judge(r.plan)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.plan.file, err)
	}
	if c == nil {
		return nil, io.EOF
	}
	return c, nil
}
