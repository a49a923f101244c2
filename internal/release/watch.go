package release

import (
	"context"
	"time"

	"tallystick/internal/stat"
)

// Watch looks for new releases at every interval until the context ends. After each look that found a change,
// an issue that was not there before or an error, it calls report. A release that is sealed for later needs no
// look: it is in the library, and List, Latest and Release show it from its minute on.
func (l *Library) Watch(ctx context.Context, every time.Duration, report func(changed bool, issues []stat.Issue, err error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		changed, issues, err := l.Refresh()
		now := ""
		for _, i := range issues {
			now += i.String() + "\n"
		}
		if err != nil {
			now += err.Error()
		}
		if changed || now != last {
			report(changed, issues, err)
		}
		last = now
	}
}
