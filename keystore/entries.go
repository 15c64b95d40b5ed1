package keystore

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// entries are what a store held at one time, by alias. Nobody changes them once
// they are loaded.
type entries map[string]entry

// add refuses an alias that is there already: which of the two is meant?
func (all entries) add(alias string, e entry) error {
	if _, twice := all[alias]; twice {
		return fmt.Errorf("alias %q stands for two keys; rename one: %w", alias, cmp.ErrConfig)
	}
	all[alias] = e
	return nil
}

// stored returns the alias as it is written, else in lower case, as Java stores it;
// one that is not there stays as it is.
func (all entries) stored(alias string) string {
	if _, ok := all[alias]; ok {
		return alias
	}
	lower := strings.ToLower(alias)
	if _, ok := all[lower]; ok {
		return lower
	}
	return alias
}

func (all entries) get(alias string) (entry, error) {
	if e, ok := all[all.stored(alias)]; ok {
		return e, nil
	}
	return entry{}, fmt.Errorf("the key store has no such alias: %w", cmp.ErrKeyUnavailable)
}

func (all entries) aliases() []string { return slices.Sorted(maps.Keys(all)) }

// use looks an alias up and makes a key of its entry.
func use[K any](all entries, alias string, key func(entry) (K, error)) (K, error) {
	var none K
	e, err := all.get(alias)
	if err != nil {
		return none, aliasError(alias, err)
	}
	k, err := key(e)
	if err != nil {
		return none, aliasError(alias, err)
	}
	return k, nil
}

func aliasError(alias string, err error) error {
	return fmt.Errorf("keystore: alias %q: %w", shorten(alias), err)
}

// maxQuoted bounds how much of an alias an error quotes: it may come from an item.
const maxQuoted = 80

func shorten(alias string) string {
	if len(alias) <= maxQuoted {
		return alias
	}
	return strings.ToValidUTF8(alias[:maxQuoted], "") + "…"
}
