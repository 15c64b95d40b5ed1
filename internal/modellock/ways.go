package modellock

import (
	"fmt"
)

const (
	accept     = `ddbcryptgen -accept "reason"`
	modelGuide = "docs/changing-your-data-model.md"
)

// acceptIf is the way for changes that no stored item notices.
func acceptIf(condition string) string { return "if " + condition + ": " + accept }

// phases is the way of a changed model: both are read until all items are of the
// new one.
func (c *comparison) phases() string {
	return fmt.Sprintf("go on in phases (%s, \"Change an action\"): %s records the earlier actions, mapper.WithPreviousActions(%sPreviousActions()...) reads what was sealed under them, "+
		"and re-encrypting the table, item by item with Modify, ends it", modelGuide, accept, c.typ)
}

// removal is phases for what no field has any more: Modify would keep it.
func (c *comparison) removal() string {
	return fmt.Sprintf("to be rid of it, go on in phases (%s, \"Remove an attribute\"): re-encrypt the table by Load and Save of every item while retired= stays, "+
		"and only then %s; that records the earlier actions, and mapper.WithPreviousActions(%sPreviousActions()...) reads items that were missed", modelGuide, accept, c.typ)
}

// orPlaintext returns the ways of a change of the action where items are sealed
// before and after it, or else those of protection.
func (c *comparison) orPlaintext(sealed ...string) []string {
	switch {
	case c.before.PassThrough():
		return c.waysToSeal()
	case c.after.PassThrough():
		return c.waysToUnseal()
	}
	return sealed
}

func (c *comparison) waysToSeal() []string {
	return []string{
		"encrypt the table while programs use it: " + accept + ", mapper.WithPlaintext(client.InsecureReadPlaintext) reads what is plaintext, and Modify of every item seals it",
		acceptIf("the table is empty"),
	}
}

func (c *comparison) waysToUnseal() []string {
	return []string{
		"keep one attribute that is signed: previous actions cannot be read beside a model that protects nothing",
		acceptIf("the table is empty, or its items were decrypted"),
	}
}

func (c *comparison) waysToSignedName() []string {
	was, is := c.old.signedName(), c.new.signedName()
	keep := "give items the earlier name: " + quote("signedas="+was) + " on the blank field"
	move := "re-encrypt the table: read items with the earlier struct, save them with this one, and then " + accept + " (previous actions do not help: they are read under the same name)"
	switch {
	case was == "":
		return []string{
			acceptIf(quote(is) + " is the name that programs gave with mapper.WithTable or mapper.WithSignedTableName"),
			"if it was another one: signedas= with that name on the blank field, and then " + accept, move,
		}
	case is == "":
		return []string{keep, acceptIf("programs give the name " + quote(was) + " with mapper.WithTable or mapper.WithSignedTableName"), move}
	}
	return []string{keep, move, acceptIf("the table is empty")}
}

func (c *comparison) waysToKey(option, was string) []string {
	keep := fmt.Sprintf("keep the option %s on the field of %s", option, quote(was))
	if was == "" {
		keep = "remove the option " + option
	}
	return []string{
		keep,
		"use a new table with the new key: read items with the earlier struct, save them with this one (which re-encrypts them), and then " + accept,
		acceptIf("the table always had this key and only the tags were wrong"),
	}
}

func (c *comparison) waysToUnknown() []string {
	ways := []string{
		"keep unknown=" + c.old.Unknown + " on the blank field",
		"state all attributes that items have and no field has: retired=NAME:" + c.before.Default.String() + " on the blank field, and then " + accept,
		acceptIf("no item has an attribute that the struct does not state"),
	}
	// The mapper does not save what would be protected less than before.
	if c.after.Default < c.before.Default {
		ways = append(ways, c.phases())
	}
	return c.orPlaintext(ways...)
}

func (c *comparison) waysToAction(name string, was, is Attribute) []string {
	option := retiredOption(name, was.Action)
	ways := []string{option + " on the blank field keeps its action"}
	if !is.Retired {
		ways = []string{
			"give the field the action " + was.Action.String() + ", as before",
			"use another attribute name for the new action, and keep the earlier one: " + option + " on the blank field",
		}
	}
	return c.orPlaintext(append(ways, c.phases(), acceptIf("no item has the attribute"))...)
}

func (c *comparison) waysToRemoved(name string, was Attribute) []string {
	keeps := retiredOption(name, was.Action) + " on the blank field keeps its action"
	if to := c.renamed(was.Action); to != "" && !was.Retired {
		keeps = fmt.Sprintf("if it is renamed to %s: items still have the value as %s; %s", quote(to), quote(name), keeps)
	}
	return c.orPlaintext(keeps, c.removal(), acceptIf("no item has the attribute"))
}

func waysToRemovedType() []string {
	return []string{
		"keep the struct until no item of it is left",
		"if the type was only renamed: rename its entry in " + FileName + ", so that the history goes on",
		acceptIf("its table is deleted, or other programs read it") + "; " + FileName + " keeps its actions among those removed",
	}
}
