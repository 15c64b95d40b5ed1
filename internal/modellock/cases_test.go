package modellock_test

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

const (
	encrypt = crypto.EncryptAndSign
	sign    = crypto.SignOnly
	none    = crypto.DoNothing
)

// found is a change without its texts.
type found struct {
	kind      modellock.Kind
	attribute string
	old, new  string
	refused   bool
}

// compareCase is a change of a model, and what happens to an item that was sealed
// before.
type compareCase struct {
	was, is modellock.State
	want    []found
	err     error // of reading the item, nil if it is read
}

type plainUsers struct {
	ID    string `dynamodbav:"id" ddbcrypt:"none,partition"`
	Email string `dynamodbav:"email" ddbcrypt:"none"`
}

type sealedUsers struct {
	ID    string `dynamodbav:"id" ddbcrypt:"sign,partition"`
	Email string `dynamodbav:"email" ddbcrypt:"encrypt"`
}

func refusals() map[string]compareCase {
	now := changed()
	all := map[string]compareCase{
		"an encrypted field is removed": {now, changed(remove("email")),
			[]found{{modellock.AttributeRemoved, "email", "encrypt", "none by unknown=ignore", true}}, crypto.ErrSignature},
		"a signed field is removed": {now, changed(remove("plan")),
			[]found{{modellock.AttributeRemoved, "plan", "sign", "none by unknown=ignore", true}}, crypto.ErrSignature},
		"a field that is none is removed where unknown attributes are signed": {changed(policy("sign")), changed(policy("sign"), remove("views")),
			[]found{{modellock.AttributeRemoved, "views", "none", "sign by unknown=sign", true}}, crypto.ErrSignature},
		"a signed field is removed where unknown attributes are encrypted": {changed(policy("encrypt")), changed(policy("encrypt"), remove("plan")),
			[]found{{modellock.AttributeRemoved, "plan", "sign", "encrypt by unknown=encrypt", true}}, crypto.ErrSignature},
		"a signed attribute of old global tables is removed": {changed(set("aws:rep:deleting", sign), policy("sign")), changed(policy("sign")),
			[]found{{modellock.AttributeRemoved, "aws:rep:deleting", "sign", "none", true}}, crypto.ErrSignature},
		"an entry retired= is removed": {now, changed(remove("fax")),
			[]found{{modellock.RetiredRemoved, "fax", "encrypt", "none by unknown=ignore", true}}, crypto.ErrSignature},
		"an entry retired= has another action": {now, changed(retire("fax", sign)),
			[]found{{modellock.ActionChanged, "fax", "encrypt", "sign", true}}, crypto.ErrSignature},
		"a field is retired with another action": {now, changed(retire("email", sign)),
			[]found{{modellock.ActionChanged, "email", "encrypt", "sign", true}}, crypto.ErrSignature},
		"a field is renamed": {now, changed(remove("email"), set("mail", encrypt)), []found{
			{modellock.AttributeRemoved, "email", "encrypt", "none by unknown=ignore", true},
			{modellock.AttributeAdded, "mail", "none by unknown=ignore", "encrypt", false}}, crypto.ErrSignature},
		"two fields of one action are renamed": {changed(set("name", encrypt)), changed(remove("email"), set("mail", encrypt), set("nick", encrypt)), []found{
			{modellock.AttributeRemoved, "email", "encrypt", "none by unknown=ignore", true},
			{modellock.AttributeAdded, "mail", "none by unknown=ignore", "encrypt", false},
			{modellock.AttributeRemoved, "name", "encrypt", "none by unknown=ignore", true},
			{modellock.AttributeAdded, "nick", "none by unknown=ignore", "encrypt", false}}, crypto.ErrSignature},
		"the partition key is another": {now, changed(keys("plan", "")),
			[]found{{modellock.PartitionKeyChanged, "", "id", "plan", true}}, nil},
		"the partition key is not tagged any more": {now, changed(keys("", "")),
			[]found{{modellock.PartitionKeyChanged, "", "id", "", true}}, nil},
		"a sort key is added": {now, changed(keys("id", "plan")),
			[]found{{modellock.SortKeyChanged, "", "", "plan", true}}, nil},
		"the sort key is another": {changed(keys("id", "expires")), changed(keys("id", "plan")),
			[]found{{modellock.SortKeyChanged, "", "expires", "plan", true}}, nil},
		"the sort key is removed": {changed(keys("id", "plan")), now,
			[]found{{modellock.SortKeyChanged, "", "plan", "", true}}, nil},
		"the table is renamed": {now, changed(tables("people", "")),
			[]found{{modellock.SignedNameChanged, "", "users", "people", true}}, crypto.ErrSignature},
		"signedas= changes": {changed(tables("copy", "users")), changed(tables("copy", "people")),
			[]found{{modellock.SignedNameChanged, "", "users", "people", true}}, crypto.ErrSignature},
		"signedas= is removed from a copy": {changed(tables("copy", "users")), changed(tables("copy", "")),
			[]found{{modellock.SignedNameChanged, "", "users", "copy", true}}, crypto.ErrSignature},
		"a table name is added": {changed(tables("", "")), now,
			[]found{{modellock.SignedNameChanged, "", "", "users", true}}, crypto.ErrSignature},
		"the table name is removed": {now, changed(tables("", "")),
			[]found{{modellock.SignedNameChanged, "", "users", "", true}}, crypto.ErrSignature},
		"items were plaintext and are sealed": {stateOf[plainUsers](), stateOf[sealedUsers](), []found{
			{modellock.ProtectionBegun, "", "plaintext", "sealed", true},
			{modellock.ActionChanged, "email", "none", "encrypt", true},
			{modellock.ActionChanged, "id", "none", "sign", true}}, crypto.ErrNotEncrypted},
		"items were plaintext and get a new attribute that is encrypted": {
			modellock.State{Unknown: "ignore", Attributes: map[string]modellock.Attribute{"id": {Action: none}}},
			modellock.State{Unknown: "ignore", Attributes: map[string]modellock.Attribute{"id": {Action: none}, "new": {}}}, []found{
				{modellock.ProtectionBegun, "", "plaintext", "sealed", true},
				{modellock.AttributeAdded, "new", "none by unknown=ignore", "encrypt", false}}, crypto.ErrNotEncrypted},
		"items were sealed and are plaintext": {stateOf[sealedUsers](), stateOf[plainUsers](), []found{
			{modellock.ProtectionEnded, "", "sealed", "plaintext", true},
			{modellock.ActionChanged, "email", "encrypt", "none", true},
			{modellock.ActionChanged, "id", "sign", "none", true}}, nil},
	}
	for _, was := range []crypto.Action{encrypt, sign, none} {
		for _, is := range []crypto.Action{encrypt, sign, none} {
			if was != is {
				all["an action was "+was.String()+" and is "+is.String()] = compareCase{changed(set("email", was)), changed(set("email", is)),
					[]found{{modellock.ActionChanged, "email", was.String(), is.String(), true}}, crypto.ErrSignature}
			}
		}
	}
	for _, was := range []string{"ignore", "sign", "encrypt"} {
		for _, is := range []string{"ignore", "sign", "encrypt"} {
			if was != is {
				all["the policy was "+was+" and is "+is] = compareCase{changed(policy(was)), changed(policy(is)),
					[]found{{modellock.UnknownChanged, "", was, is, true}}, crypto.ErrSignature}
			}
		}
	}
	return all
}

func safeChanges() map[string]compareCase {
	now := changed()
	all := map[string]compareCase{
		"nothing changes":                         {was: now, is: changed()},
		"signedas= says what the table's name is": {was: now, is: changed(tables("users", "users"))},
		"the table is a copy that is signed as before": {now, changed(tables("copy", "users")),
			[]found{{modellock.TableChanged, "", "users", "copy", false}}, nil},
		"a copy takes the place of the original": {changed(tables("copy", "users")), now,
			[]found{{modellock.TableChanged, "", "copy", "users", false}}, nil},
		"the table is not stated but signedas= is": {now, changed(tables("", "users")),
			[]found{{modellock.TableChanged, "", "users", "", false}}, nil},
		"a field is retired": {now, changed(retire("email", encrypt)),
			[]found{{modellock.AttributeRetired, "email", "encrypt", "encrypt,retired", false}}, nil},
		"a retired attribute has a field again": {now, changed(set("fax", encrypt)),
			[]found{{modellock.AttributeReturned, "fax", "encrypt,retired", "encrypt", false}}, nil},
		"an attribute is an index key no more": {now, changed(set("plan", sign)),
			[]found{{modellock.OptionsChanged, "plan", "sign,index", "sign", false}}, nil},
		"a field that is none is removed": {now, changed(remove("views")),
			[]found{{modellock.AttributeRemoved, "views", "none", "none by unknown=ignore", false}}, nil},
		"an encrypted field is removed where unknown attributes are encrypted": {changed(policy("encrypt")), changed(policy("encrypt"), remove("email")),
			[]found{{modellock.AttributeRemoved, "email", "encrypt", "encrypt by unknown=encrypt", false}}, nil},
		"an entry retired= that says what the policy does is removed": {changed(policy("encrypt")), changed(policy("encrypt"), remove("fax")),
			[]found{{modellock.RetiredRemoved, "fax", "encrypt", "encrypt by unknown=encrypt", false}}, nil},
		"a future attribute is stated by retired=": {now, changed(retire("phone", encrypt)),
			[]found{{modellock.RetiredAdded, "phone", "none by unknown=ignore", "encrypt", false}}, nil},
	}
	for _, unknown := range []string{"ignore", "sign", "encrypt"} {
		for _, action := range []crypto.Action{encrypt, sign, none} {
			byPolicy := map[string]string{"ignore": "none", "sign": "sign", "encrypt": "encrypt"}[unknown]
			all["an attribute is added, "+action.String()+" where unknown attributes are "+byPolicy] = compareCase{
				changed(policy(unknown)), changed(policy(unknown), set("phone", action)),
				[]found{{modellock.AttributeAdded, "phone", byPolicy + " by unknown=" + unknown, action.String(), false}}, nil}
		}
	}
	return all
}

// item has all attributes of the state, and one that is in no state.
func item(s modellock.State) crypto.Item {
	item := crypto.Item{"unheard of": &types.AttributeValueMemberS{Value: "text"}}
	for name := range s.Attributes {
		item[name] = &types.AttributeValueMemberS{Value: "text"}
	}
	return item
}
