package tags

import (
	"maps"
	"reflect"
	"slices"
)

// found is a field that attributevalue takes for an attribute.
type found struct {
	name  string // attribute name
	named bool   // the name comes from a tag
	path  string
	index []int
	field Field
	raw   RawTag

	// unsettable is the path of an embedded nil-able pointer on the way that
	// cannot be allocated because its type is unexported.
	unsettable string
}

// level is a struct whose fields belong to the item: the root or one that is
// embedded without a name.
type level struct {
	typ        Type
	path       string
	index      []int
	unsettable string
	repeated   bool // embedded more than once at this depth
}

// resolver finds the attributes of a struct by attributevalue's rules, which
// are those of Go's selectors: the shallowest field of a name wins; at equal
// depth one with a name from a tag wins; if that leaves several, there is no
// such attribute.
type resolver struct {
	tagKey   string
	fields   []found
	blanks   []found // blank fields with struct options
	carriers []found // fields of unknown attributes
	report   func(path, tag string, reason error)
}

// walk lists the fields of t and of its embedded structs, level by level.
func (r *resolver) walk(t Type) {
	visited := map[Type]bool{}
	for current := []level{{typ: t}}; len(current) > 0; {
		var next []level
		for _, l := range current {
			if visited[l.typ] {
				continue
			}
			visited[l.typ] = true
			next = r.walkStruct(l, next)
		}
		current = next
	}
}

// walkStruct records the fields of one struct and appends the structs that
// are embedded in it to next.
func (r *resolver) walkStruct(l level, next []level) []level {
	for i := range l.typ.NumField() {
		f := l.typ.Field(i)
		v := found{
			name: f.Name, path: l.path + f.Name, field: f,
			index: append(slices.Clone(l.index), i), unsettable: l.unsettable,
		}
		raw, err := parseRaw(f.Tag, r.tagKey)
		if err != nil {
			r.report(v.path, f.Tag, err)
			continue
		}
		if v.raw = raw; raw.Name != "" {
			v.name, v.named = raw.Name, true
		}
		if r.takeCarrier(v, l) || !r.isPart(v, l) {
			continue
		}
		if f.Embedded && !v.named && indirect(f.Type).Kind() == reflect.Struct {
			next = r.embed(v, next)
			continue
		}
		r.fields = append(r.fields, v)
		if l.repeated {
			r.fields = append(r.fields, v) // so that the two cancel each other
		}
	}
	return next
}

// isPart tells whether the field is an attribute or holds attributes, and
// reports tags on fields that do not.
func (r *resolver) isPart(v found, l level) bool {
	var reason error
	switch f := v.field; {
	case f.Name == "_" && v.raw.Crypt == "":
		return false
	case f.Name == "_" && l.path == "":
		r.blanks = append(r.blanks, v)
		return false
	case f.Name == "_":
		reason = errEmbeddedOptions
	case !f.Exported && !f.Embedded:
		reason = errUnexported
	case v.raw.Ignore:
		reason = errIgnored
	default:
		return true
	}
	if v.raw.Crypt != "" {
		r.report(v.path, v.raw.Crypt, reason)
	}
	return false
}

// embed queues the struct of an embedded field.
func (r *resolver) embed(v found, next []level) []level {
	if v.raw.Crypt != "" {
		r.report(v.path, v.raw.Crypt, errEmbeddedTag)
	}
	t := indirect(v.field.Type)
	for i := range next {
		if next[i].typ == t {
			next[i].repeated = true
			return next
		}
	}
	if v.unsettable == "" && !v.field.Exported && v.field.Type.Kind() == reflect.Pointer {
		v.unsettable = v.path
	}
	return append(next, level{typ: t, path: v.path + ".", index: v.index, unsettable: v.unsettable})
}

// visible returns the fields that become attributes, in the order of their
// index, and reports tags on fields that cancel each other.
func (r *resolver) visible() []found {
	byName := map[string][]found{}
	for _, v := range r.fields {
		byName[v.name] = append(byName[v.name], v)
	}
	var out []found
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		rivals := strongest(byName[name])
		if len(rivals) == 1 {
			out = append(out, rivals[0])
			continue
		}
		for i, v := range rivals {
			if v.raw.Crypt != "" && (i == 0 || rivals[i-1].path != v.path) {
				r.report(v.path, v.raw.Crypt, errCancelled)
			}
		}
	}
	slices.SortFunc(out, func(a, b found) int { return slices.Compare(a.index, b.index) })
	return slices.DeleteFunc(out, r.isNeverWritten)
}

// strongest returns the candidates that no other one of the same name hides.
func strongest(candidates []found) []found {
	depth := len(candidates[0].index) // they come level by level
	var tagged, all []found
	for _, v := range candidates {
		if len(v.index) > depth {
			break
		}
		all = append(all, v)
		if v.named {
			tagged = append(tagged, v)
		}
	}
	if len(tagged) > 0 {
		return tagged
	}
	return all
}

// isNeverWritten is about the kinds that attributevalue passes over without
// an error. Behind a pointer they stay attributes: a nil pointer is written
// as NULL, and so is a zero uintptr that asks for it.
func (r *resolver) isNeverWritten(v found) bool {
	switch v.field.Type.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
	case reflect.Uintptr:
		if v.raw.Flags.NullEmpty {
			return false
		}
	default:
		return false
	}
	if v.field.Type.CustomMarshaler() {
		return false
	}
	if v.raw.Crypt != "" {
		r.report(v.path, v.raw.Crypt, errNeverWritten)
	}
	return true
}
