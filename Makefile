# make && make install, then CREATE EXTENSION civic CASCADE. "make help" lists the rest.

EXTENSION = civic
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" civic.control)
MODULE_big = civic
OBJS = \
	src/init.o \
	src/caches.o \
	src/rows.o \
	src/identity.o \
	src/people.o \
	src/permissions.o \
	src/visibility.o \
	src/uuid.o \
	src/signatures.o \
	src/signature_rows.o \
	src/distance.o \
	src/duplicate_policies.o \
	src/candidates.o \
	src/report_rows.o \
	src/duplicates.o \
	src/duplicate_intake.o \
	src/columns.o \
	src/workflow.o \
	src/workflow_rules.o \
	src/history.o \
	src/filing.o \
	src/intake.o \
	src/intake_moves.o \
	src/scores.o \
	src/departments.o \
	src/area_cache.o \
	src/area_lookup.o \
	src/area_scan.o \
	src/area_tiles.o \
	src/routing_rules.o \
	src/route.o \
	src/route_explain.o \
	src/route_points.o \
	src/calendars.o \
	src/sla.o \
	src/core/tiles.o \
	src/core/tiling.o \
	src/core/routes.o \
	src/core/transitions.o \
	src/core/uuid7.o \
	src/core/trigrams.o \
	src/core/grid.o \
	src/core/address.o \
	src/core/likeness.o \
	src/core/worktime.o
PGFILEDESC = "civic - back end of a public body"
DATA_built = sql/civic--$(EXTVERSION).sql
EXTRA_CLEAN = sql/civic--$(EXTVERSION).sql test/expected $(OBJS:.o=.d) build

PG_CPPFLAGS = -I$(srcdir)/src -DCIVIC_VERSION='"$(EXTVERSION)"'
# Debian's PGXS tracks no headers, so the compiler writes the dependencies.
PG_CFLAGS = -ffp-contract=off -MMD -MP -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare

REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=postgis --load-extension=pg_trgm --load-extension=btree_gist
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
-include $(OBJS:.o=.d)

ifneq ($(MAJORVERSION),)
ifeq ($(shell test $(MAJORVERSION) -ge 15 && echo yes),)
$(error civic needs PostgreSQL 15 or later, $(PG_CONFIG) is of $(MAJORVERSION))
endif
endif

SQL_FILES = $(wildcard sql/*.sql sql/*/*.sql)
sql/civic--$(EXTVERSION).sql: sql/modules.list sql/assemble $(filter-out sql/civic--%,$(SQL_FILES))
	sql/assemble > $@

# pg_regress 15 looks for expected/ inside --inputdir and has no option to say otherwise.
test/expected:
	ln -s ../expected $@

installcheck: test/expected

.PHONY: help lint unit fuzz bench check-all
lint:
	script/lint
unit:
	$(MAKE) -C test/unit check
fuzz:
	$(MAKE) -C test/fuzz check
bench:
	script/bench
check-all:
	script/test
help:
	@echo 'make, make install     build and install the extension'
	@echo 'make installcheck      pg_regress and isolation tests against the running server'
	@echo 'make unit, make fuzz   tests of src/core outside the server'
	@echo 'make lint              formats, static checks, SQL rules'
	@echo 'make bench             measurements, one table of ratios'
	@echo 'make check-all         every test, on a private server (same as script/test)'
