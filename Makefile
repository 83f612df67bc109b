# Utfall. The two commands of the README are `make run` and `make test`; each installs what it needs.

VERSION ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)
GOFLAGS += -trimpath
BIN := bin/utfall
WEB := dashboard/web

.PHONY: run test deps build lint soak bench screenshots accessibility tools clean

run: build ## start Utfall on real figures at http://127.0.0.1:8080
	$(BIN) up $(ARGS)

build: deps
	@mkdir -p bin
	go build $(GOFLAGS) -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/utfall

deps: $(WEB)/dist/manifest.json ## the ClickHouse library, and the pages' script and fonts
	@sh internal/engine/npm/install.sh

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	@echo "Installing what the pages are built from"
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(WEB)/dist/manifest.json: $(WEB)/node_modules/.package-lock.json $(WEB)/build.mjs $(WEB)/src/charts.js $(WEB)/src/live.js
	cd $(WEB) && npm run --silent build

# What the tests, and files of briefings, use beside Go: each program and the Debian packages that bring it.
TOOLS := chromium:chromium+fonts-liberation pdftotext:poppler-utils pandoc:pandoc soffice:libreoffice-writer \
	prometheus:prometheus promtool:prometheus amtool:prometheus-alertmanager systemd-analyze:systemd

tools: # by apt where that may be, with a plain word otherwise
	@missing=""; for t in $(TOOLS); do command -v "$${t%%:*}" >/dev/null || missing="$$missing $$(echo "$${t##*:}" | tr + ' ')"; done; \
	[ -z "$$missing" ] && exit 0; \
	echo "Installing for the tests:$$missing"; \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
	{ echo "The tests need what these packages bring, and they could not be installed here. Install them (Debian: apt-get install$$missing) and run make again."; exit 1; }

test: deps tools ## every test there is
	go vet ./...
	go test -count=1 -timeout 20m ./...

soak: deps ## every fault with every victim, again and again, with a table of what became of them; takes half an hour
	go test -count=1 -v -timeout 3h ./internal/faults -soak

lint: ## golangci-lint v2, which is not installed by this Makefile
	golangci-lint run

bench: build tools ## ratios against a baseline run beside each
	go test -count=1 -v -run TestBrowser/weight ./internal/browser
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/bench ./internal/ops ./stats/... ./ingest/decode/... ./internal/engine ./internal/faults

screenshots: deps tools ## pictures of the pages, into screenshots/
	UTFALL_SCREENSHOTS=$(CURDIR)/screenshots go test -count=1 -run TestBrowser ./internal/browser

accessibility: deps tools ## assess every page, and write what the accessibility statement is made from
	UTFALL_ACCESSIBILITY=$(CURDIR)/dashboard/static/accessibility.json go test -count=1 ./internal/browser

clean:
	rm -rf bin screenshots $(WEB)/dist/*.js $(WEB)/dist/*.woff2 $(WEB)/dist/manifest.json
