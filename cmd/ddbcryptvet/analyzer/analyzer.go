// Package analyzer finds mistakes in the use of ddbcrypt tags. What it reports is
// in the manual of cmd/ddbcryptvet.
package analyzer

import (
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
)

const doc = `check ddbcrypt struct tags and what is done with the types that have them

Reports tags that ddbcrypt refuses or that have no effect, dynamodbav tags that do
not go with them, annotated structs that are stored in the clear, and generated code
of another model. With -sensitive it reports attributes too whose names sound secret
and that are not protected.`

// url is the manual; each rule has a section of its own.
const url = "https://pkg.go.dev/github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptvet"

// Options change what an analyzer reports. The flags of the analyzer set them too.
type Options struct {
	// TagKey is the key of struct tags that name attributes, as in [tags.WithTagKey].
	TagKey string
	// Sensitive turns the rule "sensitive" on.
	Sensitive bool
	// Signed makes that rule report attributes that are signed and not encrypted.
	Signed bool
	// Words are what that rule looks for in names, instead of [DefaultWords].
	Words []string
}

// Analyzer is the analyzer without options. It is safe for concurrent use once its
// flags are parsed.
var Analyzer = New(Options{})

// New returns an analyzer with options of its own.
func New(o Options) *analysis.Analyzer {
	if len(o.Words) == 0 {
		o.Words = DefaultWords()
	}
	a := &analysis.Analyzer{
		Name: "ddbcryptvet", Doc: doc, URL: url,
		Requires: []*analysis.Analyzer{inspect.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			return nil, run(pass, o)
		},
	}
	a.Flags.StringVar(&o.TagKey, "tagkey", o.TagKey, "key of struct tags that name attributes too, such as json")
	a.Flags.BoolVar(&o.Sensitive, "sensitive", o.Sensitive, "report attributes that are not protected but have sensitive names")
	a.Flags.BoolVar(&o.Signed, "signed", o.Signed, "with -sensitive, report those that are signed only too")
	a.Flags.Var((*list)(&o.Words), "words", "with -sensitive, the words that make a name sensitive, separated by commas")
	return a
}

// list is a flag of words separated by commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	*l = strings.Split(text, ",")
	return nil
}

func run(pass *analysis.Pass, o Options) error {
	c := newCheck(pass, o)
	if err := c.checkTags(); err != nil {
		return err // a bad -tagkey
	}
	for _, i := range c.items {
		c.checkAttributes(i)
		c.checkSensitive(i)
	}
	c.checkMappers()
	c.checkWrites()
	c.checkGenerated()
	return nil
}
