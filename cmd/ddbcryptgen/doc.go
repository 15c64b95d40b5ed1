// Command ddbcryptgen writes code for struct types with ddbcrypt tags, by which
// package mapper saves and loads them without reflection, and keeps a lock file that
// stops changes of the tags that stored items do not follow.
//
//	//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type User,Order
//
// stands beside the types, in any file of their package, and go generate runs it. Or, as
// a tool of the module:
//
//	go get -tool github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen
//	//go:generate go tool ddbcryptgen -type User,Order
//
// It reads source: the program does not run, nor does it have to compile against the
// generated code that there is, or is not yet. Keep what it writes under version
// control.
//
// # Usage
//
//	ddbcryptgen [flags] [package ...]
//
//	-type User,Order   the types, of one package
//	-check             write nothing, and fail if something is out of date or refused
//	-accept "reason"   accept the changes of one package that are refused
//	-tags a,b          build tags
//
// The package is that of the current folder. Without -type, those of the packages are
// looked at that have generated code or a lock file. Whichever types are named, all
// types of the package that have generated code or stand in the lock file are generated,
// so that the files do not depend on the order of directives; those that build tags or
// the system leave out stay as they are.
//
// # What it writes
//
// For the types of user.go, user_ddbcrypt.go (for user_test.go, user_ddbcrypt_test.go),
// under the same build constraints. For a type User, that is
//
//	UserAttrEmail                 names of attributes, by field
//	UserIndexByPlan               names of secondary indexes
//	UserKey(id, created)          the key, for Load and others
//	UserPartition(id)             conditions on the partition key of the table
//	UserPartitionOfByPlan(plan)   and of its indexes, for queries
//	UserPreviousActions()         earlier actions, for mapper.WithPreviousActions
//
// and a registration by which mapper.New[User] finds the model, with attribute names in
// order and their digests, and functions that encode and decode the fields. Types
// without generated code work as before.
//
// A type that changed does not compile before go generate was run: fields and tags are
// compared with a copy, also those of structs that are embedded or encoded as values,
// and types must not gain the methods MarshalDynamoDBAttributeValue and
// UnmarshalDynamoDBAttributeValue. The line that the compiler reports says so.
//
// A file of the package that was not generated is never overwritten. A file all of
// whose types are gone or have moved is removed. Files are written as a whole, and runs
// on one package wait for each other.
//
// # Fields
//
// Generated code encodes strings, booleans, numbers, []byte, time.Time and types that
// are defined from these; pointers to them; slices, sets, and maps with string keys of
// them; and structs of the same package without embedded fields. It knows the options
// omitempty, nullempty, string, unixtime and those of sets. All else it leaves to
// attributevalue, field by field: arrays, interfaces, types that marshal themselves,
// structs of other packages and generic ones, embedded fields with an attribute name,
// pointers to slices and maps, slices whose elements are of a defined unsigned type, and
// the options omitemptyelem and nullemptyelem. So it does with stored values of another
// type than the field has. The results are the same: tests compare all of this with
// attributevalue.
//
// Mappers with options that change how attributevalue encodes, such as another tag key,
// do not use generated code.
//
// # The lock file
//
// ddbcrypt.lock.json, one in each package, has the table, the keys, the attributes and
// the actions of each type. Each run compares it with the struct. A change after which
// stored items become unreadable, or what was protected is exposed, is refused, and
// nothing is written: another action of an attribute, an encrypted or signed attribute
// that is gone, another key, another table name that is signed, another policy for
// unknown attributes, a type that is gone. The message says what was, what is, what
// becomes of stored items, and the ways to go on.
//
// With -accept "reason" the change is made, and the lock file keeps the earlier state
// and the reason; UserPreviousActions returns its actions. Other changes, such as a new
// attribute, are made at once, with a note about what to deploy first.
//
// Resolve a merge conflict by keeping the types and the history of both sides, and run
// go generate. Do not delete the file: it would be made anew from what the structs say.
//
// # In CI
//
//	go tool ddbcryptgen -check ./...
//
// fails if generated code or a lock file is missing, out of date or edited, or a change
// would be refused. Ends of lines do not count. It wants at least one package with
// generated code.
//
// # Limits
//
// A type must be a struct at package level, no time and without methods by which it
// marshals itself. A generic type has no generated code, but a type that is defined from
// one of its instances has, as has an alias of one in the package of the generic type.
// A struct of another package may be embedded if all its fields are exported and have
// types that this package can name: else its changes could not be noticed.
//
// Only files of one system are read at a time. For others, run
//
//	GOOS=windows $(go tool -n ddbcryptgen)
//
// (go run and go tool would build ddbcryptgen itself for that system). Packages of other modules
// and vendored ones are refused. A vendor folder needs go mod vendor after the first
// run, as generated code imports packages of this module.
//
// # Exit codes
//
//	0  done, or up to date
//	1  a change is refused, -check found something out of date, or a name of a
//	   generated file is taken
//	2  usage, a package or a lock file that cannot be read, or a file that cannot
//	   be written
//
// go run has exit code 1 for all of them.
package main
