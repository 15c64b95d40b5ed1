package tags

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxKeyParts is how many attributes DynamoDB takes in the partition key of a
// global secondary index, and again in its sort key.
const maxKeyParts = 4

// IndexRole says which key of a named secondary index a field belongs to.
type IndexRole string

const (
	// IndexPartition is the partition key of a global secondary index.
	IndexPartition IndexRole = "partition"
	// IndexSort is the sort key of a global secondary index.
	IndexSort IndexRole = "sort"
	// LocalSort is the sort key of a local secondary index.
	LocalSort IndexRole = "local"
)

// IndexKey is the part of one field in the key of a named secondary index.
type IndexKey struct {
	Index string
	Role  IndexRole
	// Position is the place among the attributes of the role, from 1 to 4, or 0
	// if that is the order of the fields.
	Position int
}

// String returns the option of the tag, such as "index=by_city:sort:2".
func (k IndexKey) String() string {
	if k.Role == LocalSort {
		return "localindex=" + k.Index
	}
	option := "index=" + k.Index + ":" + string(k.Role)
	if k.Position != 0 {
		option += ":" + strconv.Itoa(k.Position)
	}
	return option
}

// Index is a named secondary index of the table.
type Index struct {
	Name  string
	Local bool
	// Partition and Sort are the attribute names of the key, in its order. The
	// partition key of a local index is that of the table.
	Partition, Sort []string
	// Projection is empty if no tag states it.
	Projection Projection
	// Attributes are those of [ProjectInclude], in the order of the tag.
	Attributes []string
}

func (i Index) clone() Index {
	i.Partition, i.Sort, i.Attributes = slices.Clone(i.Partition), slices.Clone(i.Sort), slices.Clone(i.Attributes)
	return i
}

// indexOptions are the field options that name an index.
var indexOptions = []string{"index", "localindex"}

var indexName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

func checkIndexName(name string) error {
	if indexName.MatchString(name) {
		return nil
	}
	return fmt.Errorf("index name %q is not 3 to 255 letters, digits, underscores, dots and hyphens, as DynamoDB wants it", name)
}

// addIndex takes in an option index=NAME:ROLE[:POSITION] or localindex=NAME.
func (f *FieldTag) addIndex(option, value string) error {
	f.Index = true
	key, err := parseIndexKey(option, value)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(f.Indexes, func(k IndexKey) bool { return k.Index == key.Index }) {
		return fmt.Errorf("index %q is listed twice, but one field is in its key once; keep one", key.Index)
	}
	f.Indexes = append(f.Indexes, key)
	return nil
}

func parseIndexKey(option, value string) (IndexKey, error) {
	switch {
	case value == "":
		return IndexKey{}, fmt.Errorf("option %q needs a value, write index=NAME:partition, index=NAME:sort or localindex=NAME", option)
	case option == "localindex":
		return IndexKey{Index: value, Role: LocalSort}, checkIndexName(value)
	}
	name, rest, _ := strings.Cut(value, ":")
	role, position, hasPosition := strings.Cut(rest, ":")
	key := IndexKey{Index: name, Role: IndexRole(role)}
	if err := checkIndexName(name); err != nil {
		return key, err
	}
	switch key.Role {
	case IndexPartition, IndexSort:
	case "":
		return key, fmt.Errorf("option index=%s needs a role, write index=%s:partition or index=%s:sort", value, name, name)
	default:
		return key, unknown("role", role, []string{string(IndexPartition), string(IndexSort)})
	}
	if !hasPosition {
		return key, nil
	}
	if len(position) != 1 || position[0] < '1' || position[0] > '0'+maxKeyParts {
		return key, fmt.Errorf("position %q in the key of index %q is not a number from 1 to %d", position, name, maxKeyParts)
	}
	key.Position = int(position[0] - '0')
	return key, nil
}
