package modellock

import "strings"

// Kind is what kind of change it is.
type Kind string

// The kinds of changes.
const (
	ActionChanged       Kind = "action changed"
	AttributeRemoved    Kind = "attribute removed"
	RetiredRemoved      Kind = "retired attribute removed"
	AttributeAdded      Kind = "attribute added"
	RetiredAdded        Kind = "retired attribute added"
	AttributeRetired    Kind = "attribute retired"     // from a field to retired=, same action
	AttributeReturned   Kind = "attribute returned"    // from retired= to a field, same action
	OptionsChanged      Kind = "options changed"       // such as ttl, same action
	PartitionKeyChanged Kind = "partition key changed" // or added, or removed
	SortKeyChanged      Kind = "sort key changed"      // or added, or removed
	TableChanged        Kind = "table changed"         // but not the name that is signed
	SignedNameChanged   Kind = "signed table name changed"
	UnknownChanged      Kind = "unknown policy changed"
	ProtectionBegun     Kind = "protection begun" // the first action that is not none
	ProtectionEnded     Kind = "protection ended" // the last one is gone
	TypeAdded           Kind = "type added"
	TypeRemoved         Kind = "type removed"
)

// Change is one difference between two states of a type.
type Change struct {
	Type string
	Kind Kind
	// Attribute is the attribute that it is about, or empty.
	Attribute string
	// Old and New are the words before and after, or empty where there are none.
	Old, New string
	// Refused is true if the change needs a reason to be accepted.
	Refused bool
	// Text says in one line what changed.
	Text string
	// Consequence says in one line what happens to stored items, or what to
	// mind where the change is safe. It may be empty then.
	Consequence string
	// Ways are how to go on, one line each, if the change is refused.
	Ways []string
}

// String returns the type and what changed, in one line.
func (c Change) String() string { return c.Type + ": " + c.Text }

// Message returns all that there is to say, in several lines.
func (c Change) Message() string {
	var b strings.Builder
	b.WriteString(c.String())
	if c.Consequence != "" {
		b.WriteString("\n  " + c.Consequence)
	}
	for _, way := range c.Ways {
		b.WriteString("\n  - " + way)
	}
	return b.String()
}
