# SPDX-License-Identifier: Apache-2.0
# make run | test | bench | format | lint | clean
# A region: DATA= (./var) DOMAIN= (lazuli.localhost) PORT= (443 where it may be bound, else 8443) CONFIG= (a configuration
# file, whose values those that are said here go before)

CHECK := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests

.PHONY: run test bench format lint clean

run:
	@scripts/install
	@echo "run: building the release; the first time takes some minutes" >&2
	swift build -c release --product lazuli $(CHECK)
	swift build -c release --product lazuli-verify $(CHECK)
	exec .build/release/lazuli up $(if $(CONFIG),--config "$(CONFIG)") $(if $(DATA),--data "$(DATA)") \
		$(if $(DOMAIN),--domain "$(DOMAIN)") $(if $(PORT),--port "$(PORT)")

# LAZULI_CRASH_ROUNDS=n makes the crash test longer, LAZULI_CRASH_SEED=n replays one, LAZULI_KEEP=1 keeps the regions' folders.
test:
	@scripts/install test
	swift build --build-tests $(CHECK)
	SWIFT_DETERMINISTIC_HASHING=1 swift test --skip-build --disable-xctest

bench:
	@scripts/install bench
	swift build -c release --product lazuli $(CHECK)
	swift build -c release --product lazuli-bench $(CHECK)
	.build/release/lazuli-bench $(ARGUMENTS)

format:
	swift format --in-place --parallel --recursive --configuration .swift-format $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive --configuration .swift-format $(SOURCES)

# Data folders stay.
clean:
	rm -rf .build
