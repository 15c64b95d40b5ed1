// Package mapper saves and loads Go structs as encrypted and signed DynamoDB
// items.
//
//	type User struct {
//		_       struct{} `ddbcrypt:"table=users"`
//		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
//		Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
//		Email   string   `dynamodbav:"email"`                      // encrypted and signed
//		Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`       // signed only
//		Views   int      `dynamodbav:"views" ddbcrypt:"none"`      // neither
//		Version int64    `dynamodbav:"version" ddbcrypt:"version"` // optimistic lock
//	}
//
//	users, err := mapper.New[User](dynamodb.NewFromConfig(cfg), crypto.NewEncryptor(provider))
//	err = users.Save(ctx, &user)
//	user, err = users.Load(ctx, "alice", 1700000000)
//
// [New] checks everything that the tags of package tags say. [Mapper.Save]
// writes whole items, [Mapper.Load] reads, verifies and decrypts them,
// [Mapper.Delete] deletes them, and [Mapper.Modify] changes one while others may do
// the same. There is no partial update: the signature covers the whole item
// ([ErrPartialUpdate]).
//
// # More than one item
//
// [Mapper.Query] and [Mapper.Scan] are iterators; [Mapper.QueryPages] and
// [Mapper.ScanPages] go page by page, with tokens to go on later. Conditions on keys
// are [Partition] and the Sort options, or the SDK's expression builder; so are filters
// and write conditions. An encrypted attribute cannot be compared, and whoever tries
// is told so before anything is sent.
//
// [Mapper.LoadMany], [Mapper.SaveMany] and [Mapper.DeleteMany] take any number of items
// and report those that were not done by their position. [Transact] and [TransactLoad]
// span types and tables.
//
// # Values
//
// Fields are converted by package attributevalue, by its rules for names,
// omitempty, sets, times, custom marshalers and embedded structs. There is one
// difference: attributevalue also decodes attributes whose names differ from a
// field's in letter case. This package hands it only attributes whose names the
// model states, letter for letter, so that an unsigned EMAIL cannot take the
// place of a verified email.
//
// Save writes what the struct has and nothing else: attributes of the stored item
// that the struct does not model, those of a newer program for example, are gone
// afterwards. A field with the option unknown carries them from Load to Save. Modify
// keeps them in any case.
//
// # Versions
//
// A field with the option version, an integer or a time, makes Save and Delete
// conditional, also in transactions: they fail with [ErrVersionConflict] if somebody
// else has written the item since it was loaded. [Clobber] leaves the condition out; a
// version that it writes may have been in use before. Batches have no conditions, so
// they refuse types with a version unless Clobber is stated. Modify needs no version.
//
// # Models that change
//
// What is encrypted and what is signed is part of the signature, so a changed tag makes
// stored items unreadable. [WithPreviousActions] and [WithPreviousModel] read them, the
// struct option retired keeps what has left the struct verifiable, and [WithPlaintext]
// reads tables that are not encrypted yet. docs/changing-your-data-model.md has the
// steps of each change, and cmd/ddbcryptgen refuses changes that were not thought of.
//
// # Generated code
//
// Code that cmd/ddbcryptgen wrote for T is used in place of reflection, and stores the
// same; see docs/generated-code.md. [WithTagKey], [WithEncoderOptions] and
// [WithDecoderOptions] go without it.
//
// # Tables
//
// [Mapper.In] is for tables whose names are not known before; [Check] compares tags
// and tables, and [Mapper.CreateTable] makes a table of the tags.
//
// # Guides
//
// docs/mapper.md has an overview, and a page for each of these parts; docs/porting.md is
// for those who come from Java's DynamoDBMapper or from guregu/dynamo.
//
// # Errors
//
// Errors are an [*Error] around the cause: [ErrNotFound], [ErrVersionConflict],
// [ErrConditionFailed], a failure class of package crypto such as
// [crypto.ErrSignature], or an error of the SDK. They name tables, fields and
// attributes and never hold values; [Error.Key] tells which of several items it was.
package mapper
