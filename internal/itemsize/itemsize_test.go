package itemsize_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
)

func TestSizes(t *testing.T) {
	for name, test := range map[string]struct {
		value types.AttributeValue
		want  int // without the name
	}{
		"a string is its UTF-8":              {&types.AttributeValueMemberS{Value: "zoë"}, 4},
		"binary":                             {&types.AttributeValueMemberB{Value: make([]byte, 7)}, 7},
		"a number has a byte for two digits": {&types.AttributeValueMemberN{Value: "12345"}, 4},
		"a minus sign counts":                {&types.AttributeValueMemberN{Value: "-12"}, 3},
		"zeros at the ends don't":            {&types.AttributeValueMemberN{Value: "0.0012e10"}, 2},
		"a boolean":                          {&types.AttributeValueMemberBOOL{Value: true}, 1},
		"null":                               {&types.AttributeValueMemberNULL{Value: true}, 1},
		"a set is its members":               {&types.AttributeValueMemberSS{Value: []string{"ab", "c"}}, 3},
		"a list has 3 bytes and 1 for each":  {&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: "ab"}}}, 6},
		"a map counts names":                 {&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": &types.AttributeValueMemberS{Value: "ab"}}}, 7},
		"the largest item":                   {&types.AttributeValueMemberS{Value: strings.Repeat("x", itemsize.Max-4)}, itemsize.Max - 4},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want+4, itemsize.Of(map[string]types.AttributeValue{"name": test.value}))
		})
	}
}
