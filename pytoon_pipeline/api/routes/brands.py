"""Brands: those of everybody, and the tenant's own."""

import asyncio

from fastapi import FastAPI, Request, Response

from pytoon_pipeline.api.access import ReadsCatalogue, WritesBrands
from pytoon_pipeline.api.bodies import document, document_of
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.brand import Brand, BrandRequest
from pytoon_pipeline.service import brands

EXAMPLE = (
    '{"brand": {"title": "Garden", "logo": "logo.png", "colours": {"primary": "navy", "secondary": "teal", '
    '"accent": "orange", "text": "white"}, "fonts": {"headline": "Roboto Black", "body": "Roboto Bold"}}, '
    '"files": {"logo.png": "ID"}}'
)


def add_brands(app: FastAPI, service: ApiService) -> None:
    @app.get("/v1/brands")
    def listing(caller: ReadsCatalogue) -> list[str]:
        """The names of all brands that the tenant may use."""
        return brands.brands(service.of(caller))

    @app.get("/v1/brands/{name}")
    def show(caller: ReadsCatalogue, name: str) -> Brand:
        """A brand by its name."""
        return brands.show_brand(service.of(caller), name)

    @app.put("/v1/brands/{name}", openapi_extra=document(BrandRequest))
    async def put(caller: WritesBrands, request: Request, name: str) -> Brand:
        """Makes or replaces a brand of the tenant, with uploads as its logo and fonts."""
        wanted = await document_of(request, BrandRequest, EXAMPLE)
        return await asyncio.to_thread(brands.put_brand, service.of(caller), name, wanted)

    @app.delete("/v1/brands/{name}", status_code=204)
    def delete(caller: WritesBrands, name: str) -> Response:
        """Deletes a brand of the tenant. Finished videos stay."""
        brands.delete_brand(service.of(caller), name)
        return Response(status_code=204)
