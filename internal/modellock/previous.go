package modellock

import (
	"slices"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// PreviousActions returns the earlier actions under which items of the type may
// still be sealed, for mapper.WithPreviousActions: newest first, each once, and
// not the current ones. Each of them weakens the table while it is listed, so
// those are left out under which no item of the table can be sealed: actions that
// protect nothing, those that encrypt what is a key now, and those of items that
// were signed under another table name.
func (t Type) PreviousActions() []crypto.Actions {
	seen := []crypto.Actions{t.Actions()}
	for _, e := range t.History {
		actions := e.Actions()
		if t.hasItemsOf(e.State) && !slices.ContainsFunc(seen, func(a crypto.Actions) bool { return sameActions(a, actions) }) {
			seen = append(seen, actions)
		}
	}
	return seen[1:]
}

func (t Type) hasItemsOf(earlier State) bool {
	actions, was, is := earlier.Actions(), earlier.signedName(), t.signedName()
	if actions.PassThrough() || was != "" && is != "" && was != is {
		return false
	}
	for _, key := range []string{t.PartitionKey, t.SortKey} {
		if key != "" && actions.Action(key) == crypto.EncryptAndSign {
			return false
		}
	}
	return true
}

// sameActions reports whether both seal every item in the same way.
func sameActions(a, b crypto.Actions) bool {
	for _, overrides := range []map[string]crypto.Action{a.Overrides, b.Overrides} {
		for name := range overrides {
			if a.Action(name) != b.Action(name) {
				return false
			}
		}
	}
	return a.Default == b.Default
}
