// Command ddbcryptvet finds mistakes in the use of ddbcrypt struct tags before a
// program runs.
//
//	go install github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet@latest
//	go vet -vettool=$(which ddbcryptvet) ./...
//
// It also runs by itself, and as a linter in golangci-lint (see the package golangci
// below this one):
//
//	ddbcryptvet [flags] PACKAGE…
//
// What it reports names the type, the field and the tag, and says what to do:
//
//	user.go:12:2: type app.User, field Plan, tag "sing": unknown word "sing", did you mean "sign"?
//
// # Flags
//
//	-fix             apply the suggested fixes
//	-diff            with -fix, print them instead
//	-json            print reports as JSON, with category and fixes
//	-c N             print the lines around each report (not under go vet)
//	-test=false      leave out test files (not under go vet)
//	-sensitive       turn the rule sensitive on
//	-signed          with -sensitive, report attributes too that are signed only
//	-words A,B       with -sensitive, the words to look for, instead of a list of
//	                 such as password, token, iban and email
//	-tagkey KEY      key of struct tags that name attributes, for programs that use
//	                 mapper.WithTagKey; under go vet it goes before the packages too
//
// # Exit codes
//
// By itself: 0 if nothing is reported, or with -json or -fix; 3 if something is; 1 if
// packages do not compile or none is given; 2 if a flag is wrong. Under go vet: 0 and 1,
// as go vet has it.
//
// # Rule tags
//
// What package tags refuses, and so mapper.New does, in every struct type that has a
// ddbcrypt tag itself or embeds a struct that has one:
//
//	ID     string `ddbcrypt:"encrypt,partition"` // a key cannot be encrypted; fix: remove encrypt
//	Plan   string `ddbcrypt:"sing"`              // unknown word; fix: sign
//	Note   string `dbcrypt:"sign"`               // unknown key; fix: ddbcrypt
//	secret string `ddbcrypt:"encrypt"`           // not exported and so no attribute
//	Cache  string `dynamodbav:"-" ddbcrypt:"none"` // ignored; fix: remove the ddbcrypt tag
//	Home   struct {
//		Street string `ddbcrypt:"encrypt"` // in a nested struct
//	}
//
// also two partition keys, a sort key alone, names that differ only in case, and so on.
// A struct that has no such tag itself but embeds one with struct options (table= and
// the like) is taken for a view of that and not for an item, unless a mapper of it is
// made in the package. What is missing in a struct that others of its package embed,
// such as the partition key, they may have; a struct that only other packages embed is
// reported, so silence that. What depends on type parameters is reported where the
// package makes a type of them.
//
// # Rule attribute
//
// dynamodbav tags and types that do not go with the ddbcrypt tag, in the same structs:
//
//	ID      string    `dynamodbav:"id,omitempty" ddbcrypt:"partition"` // a key must be there; fix: remove it
//	Tags    []string  `ddbcrypt:"sort"`                                // cannot be a key
//	Version int       `dynamodbav:",string" ddbcrypt:"version"`        // a version is a number; fix: remove it
//	Expires time.Time `ddbcrypt:"ttl"`                                 // not a number; fix: add unixtime
//	Text    string    `dynamodbav:",omitemtpy"`                        // unknown option; fix: omitempty
//	Count   int       `dynamodbav:",unixtime"`                         // no time; fix: remove it
//
// and nullempty on a key of the table, or beside omitempty.
//
// # Rule mapper
//
// Calls of mapper.New for a type that is no struct, has no partition key, or has no table
// though no option is given.
//
// # Rule sensitive
//
// With -sensitive, attributes with the action none whose name, or that of the field, has
// one of the words:
//
//	Email string `ddbcrypt:"none"` // fix: encrypt
//
// Whole words count, and their plural: CardNumber and card_number have card, Cardinal has
// not. Booleans are left out, and so are keys and versions.
//
// # Rule plain
//
// Annotated structs that are stored in the clear:
//
//	item, err := attributevalue.MarshalMap(user)
//	…
//	db.PutItem(ctx, &dynamodb.PutItemInput{Item: item}) // db is a *dynamodb.Client
//
// The item is followed through the variables, literals and assignments of one function
// to PutItem, BatchWriteItem and TransactWriteItems of the SDK's client. Put and PutIn of
// github.com/guregu/dynamo are reported too. Nothing is reported
//
//   - in a package that names client.WithEncryption, and of guregu/dynamo in one that
//     names client.New: its clients may be those that encrypt
//   - in test files
//   - of an item that code outside the standard library, the SDK and ddbcrypt got or
//     returned: it may have been encrypted there
//   - of an item that passes from one function to another, or through an interface
//   - of UpdateItem and PartiQL
//
// Where another package makes the client and lets it encrypt, silence the report.
//
// # Rule stale
//
// A generated.Type in a file that ddbcryptgen wrote whose fingerprint is not that of the
// type's tags now, and types in a directive
//
//	//go:generate go tool ddbcryptgen -type User,Order
//
// that are not in the package or have no generated code. Run go generate.
//
// # Rule ignore
//
// A comment silences the reports on its line and the next one. It must give a reason:
//
//	Plan string `ddbcrypt:"none"` //ddbcryptvet:ignore prices are public
//
// # What is not found
//
// Besides what the rules above leave out: options of mapper.New other than WithTagKey
// (-tagkey); instances of generic types of other packages; faults of embedded structs of
// other packages beyond those of rule tags; misspelt keys in structs without any ddbcrypt
// tag, unless the value is one of ddbcrypt; types that marshal themselves in ways that do
// not fit their role. mapper.New reports the faults of tags in all cases.
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
