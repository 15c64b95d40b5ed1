// Package grammar has tags with unknown and misplaced words.
package grammar

type Words struct {
	ID      string `dynamodbav:"id" ddbcrypt:"partition"`
	Plan    string `ddbcrypt:"sing"`            // want `^type grammar.Words, field Plan, tag "sing": unknown word "sing", did you mean "sign"\?$`
	Email   string `ddbcrypt:"banana"`          // want `unknown word "banana", use one of: encrypt, sign, none, partition`
	Created int64  `ddbcrypt:"sort,encrypt"`    // want `action "encrypt" must be the first word` `"sort" cannot be encrypted because DynamoDB or a condition reads it, use "sign"`
	Comma   string `ddbcrypt:"sign,"`           // want `stray comma`
	Twice   string `ddbcrypt:"sign,sign"`       // want `duplicate word "sign"`
	Two     string `ddbcrypt:"sign,none"`       // want `two actions, "sign" and "none", keep one`
	Index   string `ddbcrypt:"index=byX:sorrt"` // want `unknown role "sorrt", did you mean "sort"\?`
	Table   string `ddbcrypt:"table=users"`     // want `option "table" is for the whole struct`
	Good    string `ddbcrypt:"sign,index"`
	Nothing string
}

type Options struct {
	_  struct{} `ddbcrypt:"tabel=users,default=sing"` // want `unknown option "tabel", did you mean "table"\?` `unknown action "sing", did you mean "sign"\?`
	ID string   `ddbcrypt:"partition"`
}

type FieldWord struct {
	_  struct{} `ddbcrypt:"sort"` // want `option "sort" is for one field`
	ID string   `ddbcrypt:"partition"`
}

type Keys struct {
	ID    string `ddbcrypt:"partition"`
	Other string `ddbcrypt:"encrypt,version"` // want `"version" cannot be encrypted` `version must be an integer or a time`
	Third string `ddbcrypt:"encrypt,index"`   // want `"index" cannot be encrypted`
	TTL   int64  `ddbcrypt:"encrypt,ttl"`     // want `"ttl" cannot be encrypted`
}

type Misspelt struct {
	ID   string `ddbcrypt:"partition"`
	Plan string `dbcrypt:"sign"` // want `field Plan, tag .*unknown key "dbcrypt", did you mean "ddbcrypt"\?`
}

type OnlyMisspelt struct {
	ID string `ddbcrpyt:"partition"` // want `unknown key "ddbcrpyt", did you mean "ddbcrypt"\?`
}

type Malformed struct {
	ID   string `ddbcrypt:"partition"`
	Plan string `ddbcrypt:sign`                   // want `malformed struct tag, write key:"value" pairs`
	Mail string `ddbcrypt:"sign" ddbcrypt:"none"` // want `key "ddbcrypt" occurs twice, keep one`
}

// Bcrypt has a key of somebody else.
type Bcrypt struct {
	Cost int    `bcrypt:"cost=12"`
	Name string `json:"ddbcrypt"`
}

func local() {
	type inner struct {
		ID string `ddbcrypt:"partiton"` // want `^type grammar.inner, field ID, tag "partiton": unknown word`
	}
	var unnamed struct {
		ID string `ddbcrypt:"partiton"` // want `^type struct{…}, field ID`
	}
	_, _ = inner{}, unnamed
}

type _ struct {
	ID string `ddbcrypt:"partiton"` // want `^type grammar._, field ID`
}

func signature(struct {
	ID string `ddbcrypt:"partiton"` // want `^type struct{…}, field ID`
}) {
}

// Holder is no item, but what it holds is one.
type Holder struct {
	Item struct {
		ID string `ddbcrypt:"partiton"` // want `^type struct{…}, field ID`
	}
}
