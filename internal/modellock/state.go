package modellock

import (
	"cmp"
	"maps"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// State is what a struct says about its items at one time.
type State struct {
	Table        string `json:"table,omitzero"`
	SignedAs     string `json:"signed_as,omitzero"`
	PartitionKey string `json:"partition_key,omitzero"`
	SortKey      string `json:"sort_key,omitzero"`
	// Unknown is the word of the policy for all other attributes.
	Unknown string `json:"unknown"`
	// Attributes are by name, retired ones too.
	Attributes map[string]Attribute `json:"attributes"`
}

// FromModel returns the state of a model.
func FromModel(m *tags.Model) State {
	s := State{
		Table: m.Table(), SignedAs: m.SignedAs(), Unknown: m.Unknown().String(),
		Attributes: map[string]Attribute{},
	}
	if key, ok := m.Partition(); ok {
		s.PartitionKey = key.Name
	}
	if key, ok := m.Sort(); ok {
		s.SortKey = key.Name
	}
	for _, a := range m.Attributes() {
		s.Attributes[a.Name] = Attribute{Action: a.Action, Version: a.Version, Index: a.Index, TTL: a.TTL}
	}
	for _, r := range m.Retired() {
		s.Attributes[r.Name] = Attribute{Action: r.Action, Retired: true}
	}
	return s
}

// Actions returns the actions under which items are sealed, as
// [tags.Model.Actions] does. The map is the caller's.
func (s State) Actions() crypto.Actions {
	overrides := make(map[string]crypto.Action, len(s.Attributes))
	for name, a := range s.Attributes {
		overrides[name] = a.Action
	}
	policy, _ := parsePolicy(s.Unknown)
	return crypto.Actions{Default: policy.Action(), Overrides: overrides}
}

// signedName is the table name under which items are signed, or "" if no tag
// states one.
func (s State) signedName() string { return cmp.Or(s.SignedAs, s.Table) }

func (s State) clone() State {
	s.Attributes = maps.Clone(s.Attributes)
	return s
}

var policies = []tags.Unknown{tags.UnknownIgnore, tags.UnknownSign, tags.UnknownEncrypt}

func parsePolicy(word string) (tags.Unknown, bool) {
	for _, u := range policies {
		if u.String() == word {
			return u, true
		}
	}
	return tags.UnknownEncrypt, false // the strongest
}
