// Package parts has structs that others embed.
package parts

type Keys struct {
	ID string `ddbcrypt:"partiton"` // want `unknown word`
	At int64  `ddbcrypt:"sort"`     // want `sort key without`
}

type Address struct {
	Street, City string `ddbcrypt:"encrypt"`
}
