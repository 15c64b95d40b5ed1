// Package mappers makes mappers.
package mappers

import (
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"

	"parts"
)

type User struct {
	_  struct{} `ddbcrypt:"table=users"` // want `^type mappers.View, field User._, .*struct options inside an embedded struct have no effect`
	ID string   `ddbcrypt:"partition"`
}

type NoTable struct {
	ID string `ddbcrypt:"partition"`
}

type NoKey struct {
	_ struct{} `ddbcrypt:"table=users"`
}

type Plain struct{ ID string }

// View is an item where a mapper is made of it.
type View struct {
	User
}

type Bad struct {
	ID string `ddbcrypt:"partiton"` // want `unknown word`
}

type Number int

func make(enc crypto.ItemEncryptor) {
	mapper.New[User](nil, enc)
	mapper.New[NoTable](nil, enc, mapper.WithTable("users"))
	mapper.New[NoTable](nil, enc)                          // want `^type mappers.NoTable: no table is named, add a field _ struct{}`
	mapper.New[NoKey](nil, enc)                            // want `no field is the partition key, add`
	mapper.New[Plain](nil, enc, mapper.WithTable("plain")) // want `no field is the partition key`
	mapper.New[*User](nil, enc)                            // want `^type \*mappers.User: a mapper is for a struct type, use one`
	mapper.New[Number](nil, enc)                           // want `a mapper is for a struct type`
	mapper.New[Bad](nil, enc)
	mapper.New[View](nil, enc)
	mapper.New[parts.Keys](nil, enc) // want `the type's tags are wrong, run ddbcryptvet on its package; field ID, tag "partiton": unknown word`
}

func generic[T any](enc crypto.ItemEncryptor) { mapper.New[T](nil, enc) }
