package modellock

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Compare returns what changed from one state of the named type to another:
// first what is about the whole type, then its attributes by name. What counts is
// the action that an attribute gets, stated or by the policy for unknown ones.
func Compare(name string, was, is State) []Change {
	c := &comparison{typ: name, old: was, new: is, before: was.Actions(), after: is.Actions()}
	c.protection()
	c.tableNames()
	c.keys()
	c.unknown()
	c.attributes()
	return c.changes
}

type comparison struct {
	typ           string
	old, new      State
	before, after crypto.Actions
	changes       []Change
}

func (c *comparison) add(change Change) {
	change.Type = c.typ
	c.changes = append(c.changes, change)
}

func (c *comparison) refuse(change Change) {
	change.Refused = true
	c.add(change)
}

// protection finds that items were not sealed at all, or are not any more. That
// can happen while each attribute is changed in a safe way.
func (c *comparison) protection() {
	switch was, is := c.before.PassThrough(), c.after.PassThrough(); {
	case was && !is:
		c.refuse(Change{Kind: ProtectionBegun, Old: "plaintext", New: "sealed", Text: "items were stored as plaintext, and are to be sealed",
			Consequence: beginsSealing, Ways: c.waysToSeal()})
	case !was && is:
		c.refuse(Change{Kind: ProtectionEnded, Old: "sealed", New: "plaintext", Text: "items were sealed, and are to be stored as plaintext",
			Consequence: endsSealing, Ways: c.waysToUnseal()})
	}
}

func (c *comparison) tableNames() {
	was, is := c.old.signedName(), c.new.signedName()
	if was != is {
		c.refuse(Change{Kind: SignedNameChanged, Old: was, New: is,
			Text:        fmt.Sprintf("the table name under which items are signed was %s, and is %s", nameOr(was), nameOr(is)),
			Consequence: signedNameConsequence(was, is), Ways: c.waysToSignedName()})
		return
	}
	if c.old.Table != c.new.Table {
		c.add(Change{Kind: TableChanged, Old: c.old.Table, New: c.new.Table,
			Text:        fmt.Sprintf("the table was %s, and is %s; items are still signed as %s", nameOr(c.old.Table), nameOr(c.new.Table), quote(is)),
			Consequence: tableConsequence})
	}
}

func (c *comparison) keys() {
	c.key(PartitionKeyChanged, "partition", c.old.PartitionKey, c.new.PartitionKey)
	c.key(SortKeyChanged, "sort", c.old.SortKey, c.new.SortKey)
}

func (c *comparison) key(kind Kind, option, was, is string) {
	if was == is {
		return
	}
	c.refuse(Change{Kind: kind, Old: was, New: is,
		Text:        fmt.Sprintf("the %s key was %s, and is %s", option, nameOr(was), nameOr(is)),
		Consequence: keyConsequence, Ways: c.waysToKey(option, was)})
}

func (c *comparison) unknown() {
	was, is := c.old.Unknown, c.new.Unknown
	if was == is {
		return
	}
	c.refuse(Change{Kind: UnknownChanged, Old: was, New: is,
		Text:        fmt.Sprintf("attributes that the struct does not state were unknown=%s, and are unknown=%s", was, is),
		Consequence: c.consequence("such an attribute", then(c.before.Default, c.after.Default, inUnknown)), Ways: c.waysToUnknown()})
}

func (c *comparison) attributes() {
	names := slices.Collect(maps.Keys(c.old.Attributes))
	names = slices.AppendSeq(names, maps.Keys(c.new.Attributes))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		was, stated := c.old.Attributes[name]
		is, states := c.new.Attributes[name]
		switch {
		case !states:
			c.removed(name, was)
		case !stated:
			c.added(name, is)
		case was.Action != is.Action:
			c.action(name, was, is)
		case was != is:
			c.options(name, was, is)
		}
	}
}

func (c *comparison) action(name string, was, is Attribute) {
	exposed := inFields
	if is.Retired {
		exposed = inUnknown
	}
	c.refuse(Change{Kind: ActionChanged, Attribute: name, Old: was.Action.String(), New: is.Action.String(),
		Text:        fmt.Sprintf("attribute %s had the action %s, and has %s", quote(name), was.Action, is.Action),
		Consequence: c.consequence("it", then(was.Action, is.Action, exposed)), Ways: c.waysToAction(name, was, is)})
}

func (c *comparison) options(name string, was, is Attribute) {
	change := Change{Kind: OptionsChanged, Attribute: name, Old: was.String(), New: is.String(),
		Text: fmt.Sprintf("attribute %s was %s, and is %s", quote(name), was, is), Consequence: optionsConsequence}
	switch {
	case is.Retired:
		change.Kind, change.Consequence = AttributeRetired, retiredConsequence
	case was.Retired:
		change.Kind, change.Consequence = AttributeReturned, returnedConsequence
	}
	c.add(change)
}

func (c *comparison) removed(name string, was Attribute) {
	change := Change{Kind: AttributeRemoved, Attribute: name, Old: was.Action.String(), New: c.byPolicy(c.after, c.new, name)}
	what := fmt.Sprintf("attribute %s with the action %s", quote(name), was.Action)
	if was.Retired {
		change.Kind, what = RetiredRemoved, retiredOption(name, was.Action)
	}
	change.Text = fmt.Sprintf("%s is removed, so that the attribute is %s", what, change.New)
	is := c.after.Action(name)
	if was.Action == is {
		change.Consequence = removedConsequence
		c.add(change)
		return
	}
	change.Consequence = c.consequence("it", then(was.Action, is, inUnknown))
	change.Ways = c.waysToRemoved(name, was)
	c.refuse(change)
}

func (c *comparison) added(name string, is Attribute) {
	change := Change{Kind: AttributeAdded, Attribute: name, Old: c.byPolicy(c.before, c.old, name), New: is.Action.String()}
	what := fmt.Sprintf("attribute %s with the action %s", quote(name), is.Action)
	if is.Retired {
		change.Kind, what = RetiredAdded, retiredOption(name, is.Action)
	}
	change.Text = fmt.Sprintf("%s is added; the attribute was %s", what, change.Old)
	change.Consequence = addedConsequence(name, c.before.Action(name), is)
	c.add(change)
}

// byPolicy says which action an attribute gets that the struct does not state.
// Attributes of old global tables have one that no policy changes.
func (c *comparison) byPolicy(actions crypto.Actions, state State, name string) string {
	action := actions.Action(name)
	if action != actions.Default {
		return action.String()
	}
	return fmt.Sprintf("%s by unknown=%s", action, state.Unknown)
}

// renamed returns the one new attribute that may be this one under another name,
// or "".
func (c *comparison) renamed(action crypto.Action) string {
	goes := names(c.old, c.new, action)
	comes := names(c.new, c.old, action)
	if len(goes) != 1 || len(comes) != 1 {
		return ""
	}
	return comes[0]
}

// names lists the fields of one state with this action whose attributes the other
// does not state.
func names(in, notIn State, action crypto.Action) (found []string) {
	for name, a := range in.Attributes {
		if _, stated := notIn.Attributes[name]; !stated && !a.Retired && a.Action == action {
			found = append(found, name)
		}
	}
	return found
}

func nameOr(name string) string {
	if name == "" {
		return "not stated"
	}
	return quote(name)
}

var plain = regexp.MustCompile(`^[a-zA-Z0-9_.:=#/-]+$`)

// quote quotes what could be misread, or is not one line.
func quote(text string) string {
	if plain.MatchString(text) {
		return text
	}
	return strconv.Quote(text)
}
