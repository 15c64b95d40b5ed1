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
// writes whole items, [Mapper.Load] reads, verifies and decrypts them, and
// [Mapper.Delete] deletes them. There is no partial update: the signature covers
// the whole item ([ErrPartialUpdate]).
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
// afterwards.
//
// # Versions
//
// A field with the option version makes Save and Delete conditional: they fail
// with [ErrVersionConflict] if somebody else has written the item since it was
// loaded. [Clobber] leaves the condition out; a version that it writes may have
// been in use before.
//
// # Errors
//
// Errors are an [*Error] around the cause: [ErrNotFound], [ErrVersionConflict], a
// failure class of package crypto such as [crypto.ErrSignature], or an error of
// the SDK. They name tables, fields and attributes and never hold values.
package mapper
