# make && make install, then CREATE EXTENSION civic CASCADE. "make help" lists the rest.

EXTENSION = civic
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" civic.control)
MODULE_big = civic
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/core/*.c)))
PGFILEDESC = "civic - back end of a public body"
UPDATES = $(patsubst sql/updates/%,sql/civic--%.sql,$(wildcard sql/updates/*--*))
DATA_built = sql/civic--$(EXTVERSION).sql $(UPDATES)
EXTRA_CLEAN = $(wildcard sql/civic--*.sql civic-*.zip) test/expected $(OBJS:.o=.d) build

PG_CPPFLAGS = -I$(srcdir)/src
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

src/versions.o src/versions.bc: civic.control
src/versions.o src/versions.bc: override CPPFLAGS += -DCIVIC_VERSION='"$(EXTVERSION)"'

SQL_FILES = $(filter-out sql/civic--%,$(wildcard sql/*.sql sql/*/*.sql sql/updates/*/*.sql))
sql/civic--$(EXTVERSION).sql: sql/modules.list sql/assemble $(SQL_FILES)
	sql/assemble > $@
$(UPDATES): sql/civic--%.sql: sql/modules.list sql/assemble $(SQL_FILES)
	sql/assemble $* > $@

# pg_regress 15 looks for expected/ inside --inputdir and has no option to say otherwise.
test/expected:
	ln -s ../expected $@

installcheck: test/expected

.PHONY: help lint unit fuzz bench check-all dist
dist:
	git archive --prefix=civic-$(EXTVERSION)/ --output=civic-$(EXTVERSION).zip HEAD
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
	@echo 'make dist              what was committed, as civic-$(EXTVERSION).zip for PGXN'
	@echo 'make check-all         every test, on a private server (same as script/test)'
