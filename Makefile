# Two commands do everything on a fresh machine: `make run` and `make test`.
# They need Go 1.26 (or any Go that can fetch it), a C compiler for DuckDB's driver, and git.

GO       ?= go
# The commit, and for a changed tree a checksum of the change: another program makes another release.
VERSION  := $(shell git describe --always 2>/dev/null || echo development)$(shell git diff --quiet HEAD 2>/dev/null || git diff HEAD | cksum | cut -d' ' -f1 | sed 's/^/+/')
LDFLAGS  := -X main.version=$(VERSION)
export TALLYSTICK_ADDR  ?= 127.0.0.1:8080
export TALLYSTICK_STATE ?= var

.PHONY: build run test check bench fuzz browser vendor-assets clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/tallystick ./cmd/tallystick

run: build
	bin/tallystick check
	bin/tallystick ingest -bundled
	bin/tallystick publish
	bin/tallystick verify
	bin/tallystick serve

# With the race detector where cgo and a C compiler allow it. The tests of the commands run whole programs over
# thousands of pages; they go without, since the detector makes the JavaScript engine ten times slower.
RACE := $(shell test "$$($(GO) env CGO_ENABLED)" = 1 && command -v $$($(GO) env CC) >/dev/null && echo -race)

test:
	$(GO) test $(RACE) -timeout 40m ./internal/...
	$(GO) test -timeout 40m ./cmd/...

check: build
	@test -z "$$(gofmt -l cmd internal static templates)" || { gofmt -l cmd internal static templates; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	bin/tallystick check

# With Chromium, pages are timed over a slow and a fast line too. The last line sets ingestion of one and of ten million
# rows against DuckDB's own read_csv of the same file, and rejected rows against accepted ones: ratios of the least that
# each took when they took turns.
bench:
	TALLYSTICK_BROWSER=$$(command -v chromium >/dev/null && echo required) \
	  $(GO) test -run '^$$' -bench . -skip '^Benchmark(Load|Reject)$$' -benchmem -timeout 60m ./...
	$(GO) test -run '^$$' -bench '^Benchmark(Load|Reject)$$' -benchtime $${BENCHTIME:-3x} -timeout 60m ./internal/testkit

fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $${FUZZTIME:-20s} $$p || exit 1; done; done

browser: build
	TALLYSTICK_BROWSER=required $(GO) test -count=1 -timeout 40m -run 'Browser|Checker' ./...

vendor-assets:
	sh static/vendor/vendor.sh

clean:
	rm -rf bin var
