package tlv

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Size returns the length of what [Append] appends for a value that it accepts,
// in either order, and an error for most that it refuses.
func Size(v types.AttributeValue) (int, error) { return size(v, 0) }

func size(v types.AttributeValue, depth int) (int, error) {
	if isNil(v) {
		return 0, errNil
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberB:
		return headerSize + len(v.Value), nil
	case *types.AttributeValueMemberS:
		return headerSize + len(v.Value), nil
	case *types.AttributeValueMemberN:
		n, err := parseNumber(v.Value)
		return headerSize + n.size(), err
	case *types.AttributeValueMemberBOOL:
		return tagSize + 1, nil
	case *types.AttributeValueMemberNULL:
		return tagSize, nil
	case *types.AttributeValueMemberBS:
		total := headerSize
		for _, m := range v.Value {
			total += lengthSize + len(m)
		}
		return total, nil
	case *types.AttributeValueMemberSS:
		total := headerSize
		for _, m := range v.Value {
			total += lengthSize + len(m)
		}
		return total, nil
	case *types.AttributeValueMemberNS:
		total := headerSize
		for _, m := range v.Value {
			n, err := parseNumber(m)
			if err != nil {
				return 0, err
			}
			total += lengthSize + n.size()
		}
		return total, nil
	case *types.AttributeValueMemberL:
		return sizeList(v.Value, depth+1)
	case *types.AttributeValueMemberM:
		return sizeMap(v.Value, depth+1)
	default:
		return 0, errNil
	}
}

func sizeList(values []types.AttributeValue, depth int) (int, error) {
	if depth > MaxDepth {
		return 0, errDepth
	}
	total := headerSize
	for _, v := range values {
		n, err := size(v, depth)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func sizeMap(values map[string]types.AttributeValue, depth int) (int, error) {
	if depth > MaxDepth {
		return 0, errDepth
	}
	total := headerSize
	for key, v := range values {
		n, err := size(v, depth)
		if err != nil {
			return 0, err
		}
		total += headerSize + len(key) + n
	}
	return total, nil
}
