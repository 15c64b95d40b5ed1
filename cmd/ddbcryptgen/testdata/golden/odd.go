// Package odd has names that get in the way.
package odd

import (
	"text/template"
	"time"

	html "html/template"
)

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type odd,Odd

type (
	name  struct{ First string }
	value struct{ V []name }
	// Plain is a word.
	Plain string
	// odd has fields of packages that have the same name.
	odd struct {
		Type   string `dynamodbav:"type" ddbcrypt:"partition"`
		Mapper int    `dynamodbav:"100%d é \"x\"" ddbcrypt:"sort"`
		Text   *template.Template
		HTML   *html.Template
	}
	stamp time.Time
)

// Odd has a field of each.
type Odd struct {
	Type   string           "dynamodbav:\"type\" ddbcrypt:\"partition\" note:\"`\""
	String string           `dynamodbav:"string" ddbcrypt:"sign,index=a-b:partition"`
	Int    int              `dynamodbav:"int" ddbcrypt:"sign,index=a-b:sort"`
	Names  []name           `dynamodbav:"n"`
	Value  map[string]value `dynamodbav:"v"`
	Word   Plain            `dynamodbav:"w"`
	Stamp  []stamp          `dynamodbav:"s"`
	Ümlaut string           `dynamodbav:"%s"`
}

var (
	generated, tags, crypto = 1, 2, 3
	e, d, v, n              = 1, 2, 3, 4
	fields                  string
)

func mapper() int { return generated + tags + crypto + e + d + v + n + len(fields) }

func encodeOdd() int { return mapper() }

var _ = encodeOdd
