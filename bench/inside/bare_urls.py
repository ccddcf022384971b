"""The portal's addresses and one more: an empty view that checks the body of a quote with nested serializers."""

from django.urls import path
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promo_portal.urls import urlpatterns as portal_urls


class LineSerializer(serializers.Serializer):
    line = serializers.CharField(max_length=64)
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=9_999)
    unit_price = serializers.IntegerField(min_value=0, required=False)


class CartSerializer(serializers.Serializer):
    currency = serializers.CharField(max_length=3)
    lines = LineSerializer(many=True)
    customer = serializers.CharField(max_length=64, required=False)
    channel = serializers.CharField(max_length=64, required=False)
    terminal = serializers.CharField(max_length=64, required=False)
    region = serializers.CharField(max_length=64, required=False)
    shipping_fee = serializers.IntegerField(min_value=0, required=False)


class BareView(APIView):
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        body = CartSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"lines": len(body.validated_data["lines"])})


urlpatterns = [path("bare", BareView.as_view()), *portal_urls]
