package tlv

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Size returns the length of what [Append] appends for a value that it accepts,
// in either order, and an error for most that it refuses.
func Size(v types.AttributeValue) (int, error) { return size(v, 0) }

func size(v types.AttributeValue, depth int) (int, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if v != nil {
			return headerSize + len(v.Value), nil
		}
	case *types.AttributeValueMemberN:
		if v != nil {
			n, err := parseNumber(v.Value)
			return headerSize + n.size(), err
		}
	case *types.AttributeValueMemberB:
		if v != nil {
			return headerSize + len(v.Value), nil
		}
	case *types.AttributeValueMemberBOOL:
		if v != nil {
			return tagSize + 1, nil
		}
	case *types.AttributeValueMemberNULL:
		if v != nil {
			return tagSize, nil
		}
	case *types.AttributeValueMemberL:
		if v != nil {
			return sizeList(v.Value, depth+1)
		}
	case *types.AttributeValueMemberM:
		if v != nil {
			return sizeMap(v.Value, depth+1)
		}
	default:
		return sizeSet(v)
	}
	return 0, errNil
}

func sizeSet(v types.AttributeValue) (int, error) {
	total := headerSize
	switch v := v.(type) {
	case *types.AttributeValueMemberBS:
		if v == nil {
			return 0, errNil
		}
		for _, m := range v.Value {
			total += lengthSize + len(m)
		}
	case *types.AttributeValueMemberSS:
		if v == nil {
			return 0, errNil
		}
		for _, m := range v.Value {
			total += lengthSize + len(m)
		}
	case *types.AttributeValueMemberNS:
		if v == nil {
			return 0, errNil
		}
		for _, m := range v.Value {
			n, err := parseNumber(m)
			if err != nil {
				return 0, err
			}
			total += lengthSize + n.size()
		}
	case *Serialized:
		return len(v.Text), nil
	default:
		return 0, errNil
	}
	return total, nil
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
