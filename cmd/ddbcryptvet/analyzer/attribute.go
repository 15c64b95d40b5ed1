package analyzer

import (
	"cmp"
	"fmt"
	"go/types"
	"iter"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// avOptions are the options of dynamodbav tags that attributevalue knows.
var avOptions = []string{
	"omitempty", "omitemptyelem", "nullempty", "nullemptyelem", "string", "unixtime", "binaryset", "numberset", "stringset",
}

// attribute is a field of an item with what its tags say.
type attribute struct {
	place
	check    *check
	name     string // of the attribute
	typ      *source.Type
	options  []string // of the dynamodbav tag
	flags    tags.Flags
	crypt    string        // the ddbcrypt tag
	role     tags.FieldTag // what it says, nothing if it has faults
	isFaulty bool
}

// checkAttributes compares the dynamodbav and ddbcrypt tags and the types of fields.
func (c *check) checkAttributes(i *item) {
	for a := range c.attributes(i) {
		a.checkOptions()
		a.checkKey()
		a.checkTime()
		a.checkVersion()
	}
}

// attributes lists the exported fields of an item and of the structs that it embeds, as
// far as they are declared in this package and were not listed for another item.
func (c *check) attributes(i *item) iter.Seq[*attribute] {
	return func(yield func(*attribute) bool) {
		seen := map[*types.Struct]bool{}
		var walk func(s *types.Struct, path string) bool
		walk = func(s *types.Struct, path string) bool {
			if seen[s] {
				return true
			}
			seen[s] = true
			for n := range s.NumFields() {
				f := s.Field(n)
				raw, err := tags.ParseRaw(f.Name(), s.Tag(n), c.options.TagKey)
				switch inner := embeddedStruct(f); {
				case err != nil || raw.Ignore:
				case inner != nil && raw.Name == "":
					if !walk(inner, path+f.Name()+".") {
						return false
					}
				case f.Exported() && c.fields[f.Origin()] != nil:
					if !yield(c.attribute(i, f, path+f.Name(), s.Tag(n), raw)) {
						return false
					}
				}
			}
			return true
		}
		walk(structOf(i.syntax), "")
	}
}

func (c *check) attribute(i *item, f *types.Var, path, tag string, raw tags.RawTag) *attribute {
	p, _ := c.at(i, path, raw.Crypt)
	p.tag = reflect.StructTag(tag).Get(attributeKey)
	a := &attribute{
		place: p, check: c, name: cmp.Or(raw.Name, f.Name()), typ: c.known.Of(f.Type()),
		options: strings.Split(p.tag, ",")[1:], flags: raw.Flags, crypt: raw.Crypt,
	}
	var err error
	a.role, err = tags.ParseField(f.Name(), raw.Crypt)
	a.isFaulty = err != nil
	return a
}

// report reports a fault of the field once, though it may be in several items.
func (a *attribute) report(r rule, reason string, fixes []analysis.SuggestedFix) {
	if key := (faultKey{pos: a.pos, reason: reason}); !a.check.reported[key] {
		a.check.reported[key] = true
		a.check.report(found{r, reason, fixes, a.place})
	}
}

// fix returns what a function makes of the tag, if that can be edited.
func (a *attribute) fix(edit func(*tagText) []analysis.SuggestedFix) []analysis.SuggestedFix {
	if t := textOf(a.field); t != nil {
		return edit(t)
	}
	return nil
}

func (a *attribute) without(option string) []analysis.SuggestedFix {
	return a.fix(func(t *tagText) []analysis.SuggestedFix { return t.removeWord(attributeKey, option) })
}

// checkOptions reports options that attributevalue passes over.
func (a *attribute) checkOptions() {
	for _, option := range a.options {
		if option == "" || slices.Contains(avOptions, option) {
			continue
		}
		if meant := spell.Nearest(option, avOptions); meant != "" {
			a.report(ruleAttribute, fmt.Sprintf("attributevalue ignores the unknown option %q, did you mean %q?", option, meant),
				a.fix(func(t *tagText) []analysis.SuggestedFix { return t.replaceWord(attributeKey, option, meant) }))
			continue
		}
		a.report(ruleAttribute, fmt.Sprintf("attributevalue ignores the unknown option %q, remove it or use one of: %s", option, strings.Join(avOptions, ", ")), nil)
	}
	if a.flags.OmitEmpty && a.flags.NullEmpty {
		a.report(ruleAttribute, "attributevalue refuses empty values under omitempty and nullempty together, remove one", nil)
	}
}

// checkKey reports keys that DynamoDB cannot have.
func (a *attribute) checkKey() {
	if !a.role.Partition && !a.role.Sort && !a.role.Index {
		return
	}
	if !canBeKey(a.typ) {
		a.report(ruleAttribute, fmt.Sprintf("a key is a string, a number or binary and not a %s, use another type", a.typ), nil)
	}
	if !a.role.Partition && !a.role.Sort {
		return // an item without a key of an index is not in the index
	}
	if a.flags.OmitEmpty {
		a.report(ruleAttribute, "omitempty leaves out a key that is zero and the item cannot be saved, remove it", a.without("omitempty"))
	}
	if a.flags.NullEmpty {
		a.report(ruleAttribute, "nullempty makes a key that is zero NULL and the item cannot be saved, remove it", a.without("nullempty"))
	}
}

// checkTime reports times that are stored in another way than meant.
func (a *attribute) checkTime() {
	stored := storedKind(a.typ, a.flags)
	base := behind(a.typ)
	if a.flags.AsUnixTime && stored != storedUnknown && !base.IsTime() {
		a.report(ruleAttribute, fmt.Sprintf("unixtime has no effect on a %s, remove it or use time.Time", a.typ), a.without("unixtime"))
	}
	if !a.role.TTL || stored == storedNumber || stored == storedUnknown {
		return
	}
	const reason = "DynamoDB wants the expiry time as a number of seconds, "
	switch {
	case base.IsTime():
		a.report(ruleAttribute, reason+"add the option unixtime to the dynamodbav tag",
			a.fix(func(t *tagText) []analysis.SuggestedFix { return t.addOption("unixtime") }))
	case a.flags.AsString && stored == storedString && storedKind(a.typ, tags.Flags{}) == storedNumber:
		a.report(ruleAttribute, reason+"remove the option string", a.without("string"))
	default:
		a.report(ruleAttribute, fmt.Sprintf("%sand not a %s; use an integer, or time.Time with the option unixtime", reason, a.typ), nil)
	}
}

// checkVersion reports versions that are not stored as a number.
func (a *attribute) checkVersion() {
	base := behind(a.typ)
	if !a.role.Version || base.IsTime() || base.Kind() == reflect.Invalid {
		return
	}
	if a.flags.AsString {
		a.report(ruleAttribute, "a version is stored as a number, remove the option string", a.without("string"))
	}
	if base.CustomMarshaler() {
		a.report(ruleAttribute, fmt.Sprintf("a version is stored as a number but type %s marshals itself, use another type", base), nil)
	}
}
