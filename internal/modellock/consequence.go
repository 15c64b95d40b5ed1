package modellock

import (
	"fmt"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// What is said of changes is shown by the tests of this package with package
// crypto, and of whole programs by those that docs/changing-your-data-model.md
// names.
const (
	beginsSealing = "stored items become unreadable (crypto.ErrNotEncrypted), and stay in the clear until they are written anew"
	endsSealing   = "items are exposed: all that is written from now on is in the clear and anybody who can write to the table can change it; " +
		"stored items come back with ciphertext for encrypted values, and nothing is verified"
	tableConsequence = "items of the earlier table verify in this one; programs that do not sign under that name cannot read it"
	keyConsequence   = "stored items stay under the key that their table has: they are neither found nor replaced by this one, " +
		"and become unreadable where keys come from KMS directly, which binds them to the key attributes"
	optionsConsequence  = "stored items stay as they are"
	retiredConsequence  = "stored items stay readable; Save drops the attribute, unless a field unknown carries it"
	returnedConsequence = "stored items stay readable; deploy it when no program is left that does not state the attribute"
	removedConsequence  = "stored items stay readable, since the action stays; Save drops the attribute, unless a field unknown carries it"
	typeConsequence     = "stored items become unreadable for programs of this package: the struct that says how they were sealed is gone"
)

// consequence says what becomes of stored items whose signature covers something
// else now, and of what is written.
func (c *comparison) consequence(which, then string) string {
	switch {
	case c.before.PassThrough():
		return beginsSealing
	case c.after.PassThrough():
		return endsSealing
	}
	return "stored items that have " + which + " become unreadable (crypto.ErrSignature); " + then
}

// inFields and inUnknown say how values that were encrypted come to be in the clear.
const (
	inFields  = "exposed: every item that is saved from now on has it in the clear"
	inUnknown = "exposed: what a field unknown carries into saved items is in the clear"
)

// then says what another action means for what was stored, and for what will be.
func then(was, is crypto.Action, exposed string) string {
	const (
		open    = ", and anybody who can write to the table can change it unnoticed"
		stays   = "what is stored stays in the clear until its item is written anew"
		find    = ", filters and conditions do not find it in items that were written anew"
		updates = ", and programs without keys that change it by UpdateItem make items unreadable"
	)
	return map[[2]crypto.Action]string{
		{crypto.EncryptAndSign, crypto.SignOnly}:  exposed,
		{crypto.EncryptAndSign, crypto.DoNothing}: exposed + open,
		{crypto.SignOnly, crypto.EncryptAndSign}:  stays + find,
		{crypto.SignOnly, crypto.DoNothing}:       "exposed: nothing signs it any more" + open,
		{crypto.DoNothing, crypto.EncryptAndSign}: stays + find + updates,
		{crypto.DoNothing, crypto.SignOnly}:       "what is found in the table is signed when its item is written anew" + updates,
	}[[2]crypto.Action{was, is}]
}

func signedNameConsequence(was, is string) string {
	const then = "stored items become unreadable (crypto.ErrSignature), and programs with the earlier name cannot read what is saved from now on"
	switch {
	case was == "":
		return "if this is not the name that the programs gave at run time, " + then
	case is == "":
		return "if the programs do not give the same name at run time, " + then
	}
	return then
}

// addedConsequence is the note on two-phase deployment.
func addedConsequence(name string, was crypto.Action, is Attribute) string {
	switch {
	case was == is.Action:
		return "safe: programs from before agree on the action; they drop the attribute when they save, unless a field unknown carries it"
	case is.Retired:
		return "safe, and the first of two phases: deploy programs that write it when none is left that does not state it" + elsewhere(was)
	}
	return fmt.Sprintf("safe in two phases: first deploy programs that state %s and carry it in a field unknown, or have the field with omitempty and never set it, "+
		"and only then those that write it", retiredOption(name, is.Action)) + elsewhere(was)
}

func elsewhere(was crypto.Action) string {
	return fmt.Sprintf("; stored items that have such an attribute from elsewhere, as %s, become unreadable (%s, \"Add an attribute\")", was, modelGuide)
}

func retiredOption(name string, action crypto.Action) string {
	return quote("retired=" + name + ":" + action.String())
}
